import type { NewSessionRecord, SessionRecord, Store } from "@sojourn/core";
import { check, same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { DAY, handle, handlesIn, HOUR, newPartition, newRecord, NOW, put } from "../records.ts";

/** Every operation, at the last ms of a record's life and at the first after it. */
async function checkDeadline(
  store: Store,
  fields: Partial<NewSessionRecord>,
  deadline: number,
): Promise<void> {
  const partition = newPartition();
  const record = await put(store, newRecord(partition, { ...fields, data: { a: "1" } }));
  const last = deadline - 1;
  same(await store.read(record, last), record, "the record a millisecond before");
  const untouched = { status: "updated", version: 1, renewed: true };
  same(await store.update(record, {}, last), untouched, "an update a millisecond before");
  same(await handlesIn(store, partition, last), [record.handle], "the list a millisecond before");

  const touch = { lastSeenAt: deadline, idleExpiresAt: deadline + HOUR };
  const envelope = { idleExpiresAt: deadline + HOUR, expiresAt: deadline + HOUR };
  for (const change of [{ touch }, { envelope }, { set: { a: "2" } }, {}]) {
    same(await store.update(record, change, deadline), { status: "gone" }, "an update");
    const old = { expect: { a: "0" }, ...change };
    const options = { ifVersion: 7, maxBytes: 0 };
    same(await store.update(record, old, deadline, options), { status: "gone" }, "a guarded one");
  }
  same(await store.read(record, deadline), null, "a read");
  same(await store.list(partition, deadline), [], "the list");
  same(await store.deleteAll(partition, deadline), [], "what deleteAll gives");

  const next = newRecord(partition, { handle: handle("next"), authenticatedAt: deadline + 1 });
  const room = { limit: { max: 1, onLimit: "refuse" } } as const;
  const later = { idleExpiresAt: deadline + HOUR, expiresAt: deadline + HOUR };
  await put(store, { ...next, ...later }, deadline, room);
}

async function readAround(store: Store, record: SessionRecord, deadline: number): Promise<void> {
  check((await store.read(record, deadline - 1)) !== null, "a read a millisecond before");
  same(await store.read(record, deadline), null, "a read at the deadline");
}

export const deadlineCases: readonly StoreCase[] = [
  {
    title: "invariant 4: from the ms of the idle deadline a record is absent for every operation",
    async run({ store }) {
      await checkDeadline(store, { idleExpiresAt: NOW + HOUR }, NOW + HOUR);
    },
  },
  {
    title:
      "invariant 4: from the ms of the absolute deadline a record is absent for every operation",
    async run({ store }) {
      const fields = { idleExpiresAt: NOW + DAY, expiresAt: NOW + 2 * HOUR };
      await checkDeadline(store, fields, NOW + 2 * HOUR);
    },
  },
  {
    title: "invariant 4: a touched session lives up to its new idle deadline",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      const now = NOW + HOUR - 1;
      await store.update(record, { touch: { lastSeenAt: now, idleExpiresAt: now + HOUR } }, now);
      await readAround(store, record, now + HOUR);
    },
  },
  {
    title: "invariant 4: no touch moves the absolute deadline",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { expiresAt: NOW + HOUR }));
      const touch = { lastSeenAt: NOW + 1, idleExpiresAt: NOW + DAY };
      await store.update(record, { touch }, NOW + 1);
      await readAround(store, record, NOW + HOUR);
    },
  },
  {
    title: "invariant 4: a touch keeps the later of each time",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { lastSeenAt: null }));
      const steps = [
        { touch: [NOW + 5, NOW + HOUR - 5], kept: [NOW + 5, NOW + HOUR] },
        { touch: [NOW + 3, NOW + HOUR + 7], kept: [NOW + 5, NOW + HOUR + 7] },
        { touch: [NOW + 4, NOW + HOUR + 6], kept: [NOW + 5, NOW + HOUR + 7] },
        { touch: [NOW + 9, NOW + HOUR + 6], kept: [NOW + 9, NOW + HOUR + 7] },
      ] as const;
      for (const { touch, kept } of steps) {
        const change = { touch: { lastSeenAt: touch[0], idleExpiresAt: touch[1] } };
        await store.update(record, change, NOW + 9);
        const expected = { ...record, lastSeenAt: kept[0], idleExpiresAt: kept[1] };
        same(await store.read(record, NOW + 9), expected, "the record after a touch");
      }
    },
  },
  {
    title: "invariant 4: the envelope moves a deadline either way, and at once",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { idleExpiresAt: NOW + DAY }));
      await store.update(record, { envelope: { expiresAt: NOW + 3 * DAY } }, NOW);
      await store.update(record, { envelope: { idleExpiresAt: NOW + 2 * DAY } }, NOW);
      check((await store.read(record, NOW + 2 * DAY - 1)) !== null, "a read after it moved on");
      await store.update(record, { envelope: { idleExpiresAt: NOW + HOUR } }, NOW);
      await readAround(store, record, NOW + HOUR);
      await store.update(record, { envelope: { expiresAt: NOW } }, NOW);
      same(await store.read(record, NOW), null, "a read after it moved back to now");
    },
  },
];
