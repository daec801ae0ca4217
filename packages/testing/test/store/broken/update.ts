import { dataSize, type SessionChange } from "@sojourn/core";
import { newRecord } from "../../../src/store/records.ts";
import type { BrokenStore } from "./broken.ts";

/** Changes the change. */
function changing(
  defect: string,
  rejectedBy: string,
  edit: (change: SessionChange) => SessionChange,
): BrokenStore {
  return {
    defect,
    rejectedBy,
    make: ({ store }) => ({
      update: (ref, change, now, options) => store.update(ref, edit(change), now, options),
    }),
  };
}

export const brokenUpdates: readonly BrokenStore[] = [
  {
    defect: "upserts",
    rejectedBy: "invariant 2: an update inserts nothing",
    make: ({ oracle, store }) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        if (outcome.status !== "gone") return outcome;
        oracle.create(newRecord(ref.partition, { ...ref, authenticatedAt: null }), now);
        return store.update(ref, change, now);
      },
    }),
  },
  {
    defect: "writes the whole data",
    rejectedBy: "invariant 3: an update leaves the keys that it does not name",
    make: ({ oracle, store }) => ({
      update(ref, change, now, options) {
        const names = change.set ? Object.keys(oracle.find(ref, now)?.data ?? {}) : [];
        const unset = [...(change.unset ?? []), ...names.filter((key) => !(key in change.set!))];
        return store.update(ref, { ...change, unset }, now, options);
      },
    }),
  },
  changing(
    "writes null where a key is to go",
    "update: unset removes a key",
    ({ unset = [], set, ...change }) => {
      return { ...change, set: { ...set, ...Object.fromEntries(unset.map((k) => [k, "null"])) } };
    },
  ),
  changing(
    "takes a null in the envelope for no change",
    "update: each field of the envelope changes",
    ({ envelope = {}, ...change }) => {
      const entries = Object.entries(envelope).filter(([, value]) => value !== null);
      return { ...change, envelope: Object.fromEntries(entries) };
    },
  ),
  changing(
    "counts a touch as a change",
    "update: data and envelope raise the version by one",
    (change) => (change.touch ? { ...change, unset: [...(change.unset ?? []), "none"] } : change),
  ),
  changing(
    "counts a renewal as a change",
    "update: data and envelope raise the version by one",
    (change) =>
      change.credential ? { ...change, unset: [...(change.unset ?? []), "none"] } : change,
  ),
  changing(
    "touches only where nothing else is to do",
    "update: all parts of a change are applied",
    ({ touch, ...change }) => (touch === undefined || change.set ? change : { ...change, touch }),
  ),
];

export const brokenGuards: readonly BrokenStore[] = [
  {
    defect: "ignores ifVersion",
    rejectedBy: "invariant 3: with ifVersion only the version that was read",
    make: ({ store }) => ({
      update: (ref, change, now) => store.update(ref, change, now),
    }),
  },
  changing(
    "ignores expectations",
    "invariant 3: a key is changed only while it has the text",
    (change) => ({ ...change, expect: {} }),
  ),
  changing(
    "ignores expectations of absence",
    "invariant 3: a key is changed only while it has the text",
    ({ expect = {}, ...change }) => {
      const entries = Object.entries(expect).filter(([, text]) => text !== null);
      return { ...change, expect: Object.fromEntries(entries) };
    },
  ),
  {
    defect: "looks keys up in what every object inherits",
    rejectedBy: "invariant 3: an expectation of absence holds for names",
    make: ({ oracle, store }) => ({
      async update(ref, change, now, options) {
        const record = oracle.read(ref, now);
        const moved = Object.entries(change.expect ?? {}).some(
          ([key, text]) => (record?.data[key] ?? null) !== text,
        );
        if (record !== null && moved) return { status: "conflict", record };
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "touches all the same where there is a conflict",
    rejectedBy: "invariant 3: a conflict changes nothing",
    make: ({ store }) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        const { touch } = change;
        if (outcome.status === "conflict" && touch) await store.update(ref, { touch }, now);
        return outcome;
      },
    }),
  },
  {
    defect: "gives a conflict without the data",
    rejectedBy: "invariant 3: a conflict changes nothing",
    make: ({ store }) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        if (outcome.status !== "conflict") return outcome;
        return { ...outcome, record: { ...outcome.record, data: {} } };
      },
    }),
  },
  {
    defect: "stores the part that is not too large",
    rejectedBy: "update: what would grow past maxBytes is refused whole",
    make: ({ store }) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        const { set: _, ...rest } = change;
        if (outcome.status === "too-large") await store.update(ref, rest, now);
        return outcome;
      },
    }),
  },
  {
    defect: "counts characters for bytes",
    rejectedBy: "update: maxBytes bounds the bytes of keys and texts",
    make: ({ oracle, store }) => ({
      async update(ref, change, now, { maxBytes = Infinity, ...options } = {}) {
        const merged = { ...oracle.find(ref, now)?.data, ...change.set };
        for (const key of change.unset ?? []) delete merged[key];
        if (Object.entries(merged).flat().join("").length > maxBytes) {
          return { status: "too-large" };
        }
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "measures the change alone",
    rejectedBy: "update: maxBytes bounds the bytes of keys and texts",
    make: ({ store }) => ({
      async update(ref, change, now, { maxBytes = Infinity, ...options } = {}) {
        if (dataSize(change.set ?? {}) > maxBytes) return { status: "too-large" };
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "measures before it looks for conflicts",
    rejectedBy: "update: a conflict is told before a change that is too large",
    make: ({ store }) => ({
      async update(ref, change, now, options = {}) {
        if (dataSize(change.set ?? {}) > (options.maxBytes ?? Infinity)) {
          return { status: "too-large" };
        }
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "deletes the record of that name everywhere",
    rejectedBy: "delete: the record goes, and no other",
    make: ({ store }) => {
      const partitions = new Set<string>();
      return {
        create(record, now, options) {
          partitions.add(record.partition);
          return store.create(record, now, options);
        },
        async delete(ref, options) {
          const outcome = await store.delete(ref, options);
          for (const partition of partitions) await store.delete({ ...ref, partition });
          return outcome;
        },
      };
    },
  },
  {
    defect: "deletes whatever the version",
    rejectedBy: "delete: with ifVersion only at that version",
    make: ({ store }) => ({ delete: (ref) => store.delete(ref) }),
  },
];
