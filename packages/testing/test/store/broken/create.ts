import type { BrokenStore } from "./broken.ts";

export const brokenCreates: readonly BrokenStore[] = [
  {
    defect: "counts versions from 0",
    rejectedBy: "create: the record is there as it was given, at version 1",
    make: ({ store }) => ({
      async read(ref, now) {
        const record = await store.read(ref, now);
        return record && { ...record, version: record.version - 1 };
      },
    }),
  },
  {
    defect: "overwrites a record whose handle comes again",
    rejectedBy: "invariant 1: a handle that is taken is refused",
    make: ({ oracle, store }) => ({
      create(record, now, options) {
        oracle.delete(record);
        return store.create(record, now, options);
      },
    }),
  },
  {
    defect: "frees a handle by replacing it with itself",
    rejectedBy: "invariant 1: a handle that is taken is refused",
    make: ({ oracle, store }) => ({
      create(record, now, options) {
        if (options?.replaces === record.handle) oracle.delete(record);
        return store.create(record, now, options);
      },
    }),
  },
  {
    defect: "looks whether the handle is free, then inserts",
    rejectedBy: "invariant 1: of 100 concurrent creates under one handle",
    make: ({ oracle, step }) => ({
      async create(record, now, options) {
        if (oracle.find(record, now) !== undefined) return { status: "exists" };
        await step();
        oracle.delete(record);
        return oracle.create(record, now, options);
      },
    }),
  },
  {
    defect: "never gives a handle free that has expired",
    rejectedBy: "create: the handle of a record that has expired is free",
    make: ({ oracle, store }) => ({
      async create(record, now, options) {
        if (oracle.find(record, -Infinity) !== undefined) return { status: "exists" };
        return store.create(record, now, options);
      },
    }),
  },
  {
    defect: "removes what is replaced, then looks whether it may insert",
    rejectedBy: "create: what is refused changes nothing",
    make: ({ oracle, store }) => ({
      create(record, now, { replaces, ...options } = {}) {
        const { partition, handle } = record;
        if (replaces !== undefined && replaces !== handle) {
          oracle.delete({ partition, handle: replaces });
        }
        return store.create(record, now, options);
      },
    }),
  },
  {
    defect: "looks at the limit first of all",
    rejectedBy: "create: a taken handle is told before a revocation",
    make: ({ oracle, store }) => ({
      async create(record, now, options = {}) {
        const { limit } = options;
        const live = oracle.list(record.partition, now);
        if (limit?.onLimit === "refuse" && live.length >= limit.max) {
          return { status: "limit-reached" };
        }
        return store.create(record, now, options);
      },
    }),
  },
];

export const brokenReads: readonly BrokenStore[] = [
  {
    defect: "finds records by their handles alone",
    rejectedBy: "read: the live record, and null for whatever is not one",
    make: ({ store }) => {
      const partitions = new Map<string, string>();
      return {
        create(record, now, options) {
          partitions.set(record.handle, record.partition);
          return store.create(record, now, options);
        },
        read({ partition, handle }, now) {
          return store.read({ partition: partitions.get(handle) ?? partition, handle }, now);
        },
      };
    },
  },
  {
    defect: "notes when a record was read",
    rejectedBy: "invariant 9: reading and listing write nothing",
    make: ({ oracle, store }) => ({
      async read(ref, now) {
        oracle.update(ref, { touch: { lastSeenAt: now, idleExpiresAt: now } }, now);
        return store.read(ref, now);
      },
    }),
  },
  {
    defect: "makes an empty record of one that is read and not there",
    rejectedBy: "invariant 9: reading and listing write nothing",
    make: ({ oracle, store }) => ({
      async read(ref, now) {
        const record = await store.read(ref, now);
        if (record === null) oracle.create({ ...EMPTY, ...ref, expiresAt: now + 1_000 }, now);
        return record;
      },
    }),
  },
];

const EMPTY = {
  userId: null,
  credential: "",
  createdAt: 0,
  authenticatedAt: null,
  lastSeenAt: null,
  idleExpiresAt: Number.MAX_SAFE_INTEGER,
  policy: "",
  persistent: false,
  facts: null,
  data: {},
};
