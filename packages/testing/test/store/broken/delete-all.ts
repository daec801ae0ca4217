import type { NewSessionRecord } from "@sojourn/core";
import type { BrokenStore } from "./broken.ts";

/** Stamps of its own, which it keeps and heeds by these rules. */
function stamping(
  defect: string,
  rejectedBy: string,
  rules: {
    next?(stamp: number, now: number, went: number): number;
    refuses?(record: NewSessionRecord, stamp: number, now: number): boolean;
    stampsLast?: boolean;
  },
): BrokenStore {
  const { next = Math.max, refuses = isBefore, stampsLast = false } = rules;
  return {
    defect,
    rejectedBy,
    make: ({ oracle, step }) => {
      const stamps = new Map<string, number>();
      const stampOf = (partition: string) => stamps.get(partition) ?? -Infinity;
      return {
        async create(record, now, options) {
          await step();
          const taken = oracle.find(record, now) !== undefined;
          if (!taken && refuses(record, stampOf(record.partition), now)) {
            return { status: "revoked" };
          }
          return oracle.create(record, now, options);
        },
        async deleteAll(partition, now, { except } = {}) {
          await step();
          const all = oracle.list(partition, now).map(({ handle }) => handle);
          const went = all.filter((handle) => handle !== except);
          const stamp = () => stamps.set(partition, next(stampOf(partition), now, went.length));
          if (!stampsLast) stamp();
          for (const handle of went) {
            if (stampsLast) await step();
            oracle.delete({ partition, handle });
          }
          if (stampsLast) stamp();
          return went;
        },
      };
    },
  };
}

function isBefore({ authenticatedAt }: NewSessionRecord, stamp: number): boolean {
  return authenticatedAt !== null && authenticatedAt <= stamp;
}

const LATE = "invariant 2: a login that began before deleteAll is refused";

export const brokenDeleteAlls: readonly BrokenStore[] = [
  {
    defect: "gives what had expired, too",
    rejectedBy: "deleteAll: gives and removes the partition's live records",
    make: ({ oracle, store }) => ({
      async deleteAll(partition, now, options) {
        const all = oracle.list(partition, -Infinity).map(({ handle }) => handle);
        await store.deleteAll(partition, now, options);
        return all.filter((handle) => handle !== options?.except);
      },
    }),
  },
  {
    defect: "spares nobody",
    rejectedBy: "deleteAll: spares `except`",
    make: ({ store }) => ({ deleteAll: (partition, now) => store.deleteAll(partition, now) }),
  },
  stamping("leaves no stamp", LATE, { next: () => -Infinity }),
  stamping("accepts a login of the very millisecond", LATE, {
    refuses: ({ authenticatedAt }, stamp) => authenticatedAt !== null && authenticatedAt < stamp,
  }),
  stamping("forgets the stamp after a minute", LATE, {
    refuses: (record, stamp, now) => now - stamp < 60_000 && isBefore(record, stamp),
  }),
  stamping("refuses who never logged in", "deleteAll: a login that began afterwards is accepted", {
    refuses: ({ authenticatedAt }, stamp) => (authenticatedAt ?? 0) <= stamp,
  }),
  stamping(
    "stamps only where it deleted something",
    "invariant 2: deleteAll refuses earlier logins where there was nothing to delete",
    { next: (stamp, now, went) => (went > 0 ? now : stamp) },
  ),
  stamping(
    "keeps the stamp that arrived last",
    "invariant 2: of two deleteAll the later one counts",
    { next: (_stamp, now) => now },
  ),
  stamping("deletes one by one, then stamps", "invariant 2: logins that race with deleteAll", {
    stampsLast: true,
  }),
  stamping(
    "deletes one by one, then stamps",
    "invariant 6: a limited create among up to four operations",
    { stampsLast: true },
  ),
];

export const brokenLists: readonly BrokenStore[] = [
  {
    defect: "lists in the order of the dictionary",
    rejectedBy: "list: the live records of the partition, by ascending handle",
    make: ({ store }) => ({
      async list(...args) {
        const records = await store.list(...args);
        return records.sort((a, b) => a.handle.toLowerCase().localeCompare(b.handle.toLowerCase()));
      },
    }),
  },
  {
    defect: "lists data that nobody asked for",
    rejectedBy: "list: all that a read gives, the data only if it is asked for",
    make: ({ store }) => ({
      list: (partition, now, options) => store.list(partition, now, { ...options, withData: true }),
    }),
  },
  {
    defect: "begins a page with the last of the one before",
    rejectedBy: "list: pages hold each record once",
    make: ({ oracle }) => ({
      async list(partition, now, { after = "", limit = 1_000, ...options } = {}) {
        const all = oracle.list(partition, now, { ...options, limit: Infinity });
        return all.filter(({ handle }) => handle >= after).slice(0, limit);
      },
    }),
  },
  {
    defect: "begins at the beginning where `after` is not there",
    rejectedBy: "list: pages hold each record once",
    make: ({ oracle, store }) => ({
      list(partition, now, { after, ...options } = {}) {
        const known = after !== undefined && oracle.find({ partition, handle: after }, now);
        return store.list(partition, now, known ? { after, ...options } : options);
      },
    }),
  },
  {
    defect: "lists without a bound",
    rejectedBy: "list: no more than 1,000 unless asked for",
    make: ({ store }) => ({
      list: (partition, now, options) =>
        store.list(partition, now, { limit: Infinity, ...options }),
    }),
  },
];
