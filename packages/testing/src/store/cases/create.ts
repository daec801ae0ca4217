import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import {
  handle,
  handlesIn,
  HOUR,
  newPartition,
  newRecord,
  NOW,
  put,
  together,
} from "../records.ts";

const full = { max: 1, onLimit: "refuse" } as const;

export const createCases: readonly StoreCase[] = [
  {
    title: "create: the record is there as it was given, at version 1",
    async run({ store }) {
      const partition = newPartition();
      const record = newRecord(partition, { data: { cart: '["socks"]' }, facts: "f", policy: "p" });
      same(await store.create(record, NOW), { status: "created", evicted: [] }, "the outcome");
      same(await store.read(record, NOW), { ...record, version: 1 }, "the record");
    },
  },
  {
    title: "invariant 1: a handle that is taken is refused, and its record stays as it was",
    async run({ store }) {
      const partition = newPartition();
      const record = await put(store, newRecord(partition, { data: { cart: "[1]" } }));
      const planted = newRecord(partition, { userId: "thief", credential: "planted", data: {} });
      for (const options of [
        {},
        { replaces: record.handle },
        { limit: { max: 1, onLimit: "evict-least-recent" } } as const,
      ]) {
        const outcome = await store.create(planted, NOW, options);
        same(outcome, { status: "exists" }, "the outcome");
        same(await store.read(record, NOW), record, "the record that was there");
      }
    },
  },
  {
    title: "invariant 1: of 100 concurrent creates under one handle one succeeds",
    async run({ store }) {
      const partition = newPartition();
      const outcomes = await together(100, async (i) => {
        const record = newRecord(partition, { credential: `credential ${i}` });
        return { record, ...(await store.create(record, NOW)) };
      });
      const created = outcomes.filter(({ status }) => status === "created");
      same(created.length, 1, "how many were created");
      const exists = outcomes.filter(({ status }) => status === "exists");
      same(exists.length, 99, "how many were told that the handle is taken");
      const winner = { ...created[0]?.record, version: 1 };
      same(await store.read(newRecord(partition), NOW), winner, "the record");
    },
  },
  {
    title: "create: the handle of a record that has expired is free",
    async run({ store }) {
      const partition = newPartition();
      await put(store, newRecord(partition, { data: { old: "1" } }));
      const later = NOW + HOUR;
      const record = newRecord(partition, { createdAt: later, idleExpiresAt: later + HOUR });
      await put(store, record, later);
      same(await store.read(record, later), { ...record, version: 1 }, "the new record");
    },
  },
  {
    title: "create: what is refused changes nothing",
    async run({ store }) {
      const partition = newPartition();
      await store.deleteAll(partition, NOW - 500);
      const one = await put(store, newRecord(partition, { authenticatedAt: NOW }));
      const two = await put(store, newRecord(partition, { ...one, handle: handle("two") }));
      const replaces = one.handle;
      const late = newRecord(partition, { handle: handle("late") });
      same(await store.create(late, NOW, { replaces }), { status: "revoked" }, "the late one");
      const taken = newRecord(partition, { handle: two.handle, authenticatedAt: NOW });
      same(await store.create(taken, NOW, { replaces }), { status: "exists" }, "the taken handle");
      const third = newRecord(partition, { handle: handle("three"), authenticatedAt: NOW });
      const refused = await store.create(third, NOW, { replaces, limit: full });
      same(refused, { status: "limit-reached" }, "the one too many");
      same(
        await store.list(partition, NOW, { withData: true }),
        [one, two],
        "what is in the partition",
      );
    },
  },
  {
    title: "create: a taken handle is told before a revocation, and that before a full partition",
    async run({ store }) {
      const partition = newPartition();
      await store.deleteAll(partition, NOW - 500);
      const record = await put(store, newRecord(partition, { authenticatedAt: NOW }));
      const again = newRecord(partition, { handle: record.handle });
      same(await store.create(again, NOW, { limit: full }), { status: "exists" }, "taken");
      const other = newRecord(partition, { handle: handle("other") });
      same(await store.create(other, NOW, { limit: full }), { status: "revoked" }, "revoked");
      same(await handlesIn(store, partition), [record.handle], "what is in the partition");
    },
  },
];
