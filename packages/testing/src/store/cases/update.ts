import type { SessionRecord, SessionRef, Store } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { DAY, handle, handlesIn, HOUR, newPartition, newRecord, NOW, put } from "../records.ts";

const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + 2 * HOUR };
const everything = {
  set: { a: "1" },
  unset: ["b"],
  credential: { from: "credential 0", to: "credential 1" },
  touch,
  envelope: { expiresAt: NOW + 2 * DAY },
};

async function checkGone(store: Store, ref: SessionRef, why: string): Promise<void> {
  for (const change of [everything, { touch }, { set: { a: "1" } }, { unset: ["a"] }, {}]) {
    same(await store.update(ref, change, NOW), { status: "gone" }, `an update of what ${why}`);
  }
  same(await store.read(ref, NOW), null, `what is there of what ${why}`);
}

async function checkRecord(
  store: Store,
  record: SessionRecord,
  fields: Partial<SessionRecord>,
): Promise<void> {
  same(await store.read(record, NOW), { ...record, ...fields }, "the record");
}

const updated = (version: number) => ({ status: "updated", version, renewed: true });

export const updateCases: readonly StoreCase[] = [
  {
    title: "invariant 2: an update inserts nothing, whatever became of the record",
    async run({ store }) {
      const partition = newPartition();
      const create = (name: string) =>
        put(store, newRecord(partition, { handle: handle(name), data: { a: "0" } }));
      await checkGone(store, { partition, handle: handle("never") }, "never was");
      const deleted = await create("deleted");
      await store.delete(deleted);
      await checkGone(store, deleted, "was deleted");
      const replaced = await create("replaced");
      const next = newRecord(partition, { handle: handle("next") });
      await put(store, next, NOW, { replaces: replaced.handle });
      await checkGone(store, replaced, "was replaced");
      const last = newRecord(partition, { handle: handle("last") });
      await put(store, last, NOW, { limit: { max: 1, onLimit: "evict-least-recent" } });
      await checkGone(store, next, "was evicted");
      await store.deleteAll(partition, NOW);
      await checkGone(store, last, "was deleted with all others");
      same(await handlesIn(store, partition), [], "what is in the partition");
    },
  },
  {
    title: "invariant 3: an update leaves the keys that it does not name",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1", b: "2" } }));
      same(await store.update(record, { set: { b: "3", c: "4" } }, NOW), updated(2), "the outcome");
      await checkRecord(store, record, { data: { a: "1", b: "3", c: "4" }, version: 2 });
      await store.update(record, { set: { a: "{}" } }, NOW);
      await checkRecord(store, record, { data: { a: "{}", b: "3", c: "4" }, version: 3 });
    },
  },
  {
    title: "update: unset removes a key, and one that is absent is no error",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1", b: "2" } }));
      const outcome = await store.update(record, { unset: ["a", "absent"], set: { c: "3" } }, NOW);
      same(outcome, updated(2), "the outcome");
      await checkRecord(store, record, { data: { b: "2", c: "3" }, version: 2 });
      await store.update(record, { unset: ["b", "c"] }, NOW);
      await checkRecord(store, record, { data: {}, version: 3 });
    },
  },
  {
    title: "update: each field of the envelope changes and leaves the others",
    async run({ store }) {
      let record = await put(store, newRecord(newPartition(), { facts: "f", data: { a: "1" } }));
      for (const envelope of [
        { authenticatedAt: NOW + 1 },
        { authenticatedAt: null },
        { expiresAt: NOW + 3 * DAY },
        { idleExpiresAt: NOW + DAY },
        { facts: "g" },
        { facts: null },
        { facts: "" },
        { facts: "h", expiresAt: NOW + 4 * DAY },
      ]) {
        const version = record.version + 1;
        same(await store.update(record, { envelope }, NOW), updated(version), "the outcome");
        await checkRecord(store, record, { ...envelope, version });
        record = { ...record, ...envelope, version };
      }
    },
  },
  {
    title: "update: data and envelope raise the version by one, touch and renewal leave it",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1" } }));
      const renewal = (i: number) => ({ from: `credential ${i}`, to: `credential ${i + 1}` });
      const steps = [
        [{ touch }, 1],
        [{ credential: renewal(0) }, 1],
        [{ credential: renewal(1), touch: { ...touch, lastSeenAt: NOW + 1 } }, 1],
        [{}, 1],
        [{ set: {}, unset: [], envelope: {}, expect: { a: "1" } }, 1],
        [{ set: { a: "2", b: "3" } }, 2],
        [{ set: { a: "2" } }, 3],
        [{ unset: ["b"] }, 4],
        [{ unset: ["absent"] }, 5],
        [{ envelope: { facts: "f" } }, 6],
        [{ set: { a: "4" }, unset: ["b"], envelope: { facts: "g" }, touch }, 7],
        [{ touch: { ...touch, lastSeenAt: NOW + 2 } }, 7],
      ] as const;
      for (const [change, version] of steps) {
        same(await store.update(record, change, NOW), updated(version), "the outcome");
        same((await store.read(record, NOW))?.version, version, "the version");
      }
    },
  },
  {
    title: "update: all parts of a change are applied",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { b: "2" } }));
      same(await store.update(record, everything, NOW), updated(2), "the outcome");
      await checkRecord(store, record, {
        data: { a: "1" },
        credential: "credential 1",
        ...touch,
        ...everything.envelope,
        version: 2,
      });
    },
  },
];
