import type { NewSessionRecord, SessionRecord, Store } from "@sojourn/core";
import type { Parts } from "../plain-store.ts";
import type { BrokenStore } from "./broken.ts";

type Data = Readonly<Record<string, string>>;

/** A store that keeps data, or whole records, in a form that does not hold them. */
function encoding(
  defect: string,
  rejectedBy: string,
  {
    data = (given) => given,
    record = (given) => given,
  }: {
    data?: (data: Data) => Data;
    record?: (record: NewSessionRecord) => NewSessionRecord;
  },
): BrokenStore {
  return {
    defect,
    rejectedBy,
    make: ({ store }) => ({
      create: (given, now, options) =>
        store.create({ ...record(given), data: data(given.data) }, now, options),
      update: (ref, change, now, options) =>
        store.update(ref, change.set ? { ...change, set: data(change.set) } : change, now, options),
    }),
  };
}

/** As stores do that take records for their own and hand them out. */
function sharing(defect: string, rejectedBy: string, inwards: boolean): BrokenStore {
  function make({ store }: Parts): Partial<Store> {
    const records = new Map<string, SessionRecord>();
    const nameOf = (ref: { partition: string; handle: string }) => ref.partition + ref.handle;
    return {
      async create(record, now, options) {
        const outcome = await store.create(record, now, options);
        const kept = Object.assign(inwards ? record : structuredClone(record), { version: 1 });
        if (outcome.status === "created") records.set(nameOf(record), kept);
        return outcome;
      },
      async read(ref) {
        const record = records.get(nameOf(ref)) ?? null;
        return inwards && record ? structuredClone(record) : record;
      },
    };
  }
  return { defect, rejectedBy, make };
}

const TEXTS = "invariant 11: texts come back unit for unit";
const NAMES = "invariant 11: a key may have any name";
const FIELDS = new Set(["partition", "handle", "userId", "version", "expiresAt"]);

function mapEntries(data: Data, map: (entry: [string, string]) => [string, string][]): Data {
  return Object.fromEntries(Object.entries(data).flatMap(map));
}

export const brokenValues: readonly BrokenStore[] = [
  encoding("parses what it stores", TEXTS, {
    data: (data) =>
      mapEntries(data, ([key, text]) => [[key, JSON.stringify(JSON.parse(text) as unknown)]]),
  }),
  encoding("takes an empty array for an empty object", TEXTS, {
    data: (data) => mapEntries(data, ([key, text]) => [[key, text === "[]" ? "{}" : text]]),
  }),
  encoding("keeps 64 KiB of a text", TEXTS, {
    data: (data) => mapEntries(data, ([key, text]) => [[key, text.slice(0, 65_536)]]),
  }),
  encoding("assigns keys to an object", NAMES, {
    data(data) {
      const object: Record<string, string> = {};
      for (const key of Object.keys(data)) object[key] = data[key] as string;
      return object;
    },
  }),
  encoding("has no empty key", NAMES, {
    data: (data) => mapEntries(data, ([key, text]) => (key === "" ? [] : [[key, text]])),
  }),
  encoding("ends a key at U+0000", NAMES, {
    data: (data) => mapEntries(data, ([key, text]) => [[key.split("\u0000")[0] as string, text]]),
  }),
  encoding(
    "keeps data beside the envelope's fields",
    "invariant 11: a key named like a field of the envelope",
    { data: (data) => mapEntries(data, ([key, text]) => (FIELDS.has(key) ? [] : [[key, text]])) },
  ),
  encoding("normalizes user ids", "values: user ids, policies, facts", {
    record: (record) => ({ ...record, userId: record.userId?.normalize("NFC") ?? null }),
  }),
  encoding("takes an empty text for none", "values: user ids, policies, facts", {
    record: (record) => ({ ...record, facts: record.facts || null }),
  }),
  encoding("keeps times in seconds", "values: times come back to the millisecond", {
    record: (record) => ({ ...record, createdAt: Math.floor(record.createdAt / 1_000) * 1_000 }),
  }),
  encoding("takes 0 for no time", "values: times come back to the millisecond", {
    record: (record) => ({ ...record, lastSeenAt: record.lastSeenAt || null }),
  }),
  encoding("takes every cookie for a session cookie", "values: times come back", {
    record: (record) => ({ ...record, persistent: false }),
  }),
  sharing("keeps the caller's objects", "copies: what the caller does with its own objects", true),
  sharing("gives its own objects away", "copies: what is done to a record that came out", false),
];

export const brokenPartitions: readonly BrokenStore[] = [
  {
    defect: "compares partitions without case",
    rejectedBy: "partitions: nothing that is done in one touches another",
    make: ({ store }) => ({
      async deleteAll(partition, now, options) {
        const went = await store.deleteAll(partition, now, options);
        await store.deleteAll(partition.toLowerCase(), now, options);
        return went;
      },
    }),
  },
  {
    defect: "lists partitions that match a pattern",
    rejectedBy: "partitions: nothing that is done in one touches another",
    make: ({ oracle, store }) => {
      const partitions = new Set<string>();
      return {
        create(record, now, options) {
          partitions.add(record.partition);
          return store.create(record, now, options);
        },
        async list(pattern, now, options) {
          const regex = new RegExp(`^${pattern.replaceAll("_", ".")}$`);
          const matching = [...partitions].filter((partition) => regex.test(partition));
          return matching.flatMap((partition) => oracle.list(partition, now, options));
        },
      };
    },
  },
  {
    defect: "looks for what is replaced in every partition",
    rejectedBy: "partitions: nothing that is done in one touches another",
    make: ({ oracle, store }) => {
      const partitions = new Set<string>();
      return {
        create(record, now, options) {
          const handle = options?.replaces;
          for (const partition of handle === undefined ? [] : partitions) {
            oracle.delete({ partition, handle: handle as string });
          }
          partitions.add(record.partition);
          return store.create(record, now, options);
        },
      };
    },
  },
  {
    defect: "compares handles without case",
    rejectedBy: "partitions: handles that differ in case alone are two",
    make: ({ oracle, store }) => ({
      async delete(ref, options) {
        for (const record of oracle.list(ref.partition, -Infinity)) {
          const alike = record.handle.toLowerCase() === ref.handle.toLowerCase();
          if (alike && record.handle !== ref.handle) oracle.delete(record);
        }
        return store.delete(ref, options);
      },
    }),
  },
];

export const brokenFailures: readonly BrokenStore[] = [
  {
    defect: "takes a backend that is away for an empty one",
    rejectedBy: "invariant 8: a backend that is away",
    make: ({ store }) => ({ read: (...args) => store.read(...args).catch(() => null) }),
  },
  {
    defect: "says gone where it had no answer",
    rejectedBy: "invariant 8: a backend that does not answer in time",
    make: ({ store }) => ({ delete: (...args) => store.delete(...args).catch(() => "gone") }),
  },
  {
    defect: "passes on its client's own errors",
    rejectedBy: "invariant 8: a backend that is away",
    make: ({ store }) => ({
      list: (...args) =>
        store.list(...args).catch(() => {
          throw new Error("ECONNREFUSED");
        }),
    }),
  },
  {
    defect: "reads a damaged record as empty",
    rejectedBy: "invariant 8: a damaged record is an error",
    make: ({ oracle }) => ({
      async read(ref, now) {
        const record = oracle.read(ref, now);
        return record && { ...record, data: {} };
      },
    }),
  },
];
