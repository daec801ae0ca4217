import { ABANDONED_AFTER, type NewSessionRecord, type SessionLimit } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, handlesIn, HOUR, newPartition, newRecord, NOW, put } from "../records.ts";

export const evict = (max: number): SessionLimit => ({ max, onLimit: "evict-least-recent" });
export const refuse = (max: number): SessionLimit => ({ max, onLimit: "refuse" });

/** A session of the user, created a day before unless said otherwise. */
function session(
  partition: string,
  name: string,
  fields: Partial<NewSessionRecord> = {},
): NewSessionRecord {
  return newRecord(partition, { handle: handle(name), createdAt: NOW - 2 * HOUR, ...fields });
}

export const limitCases: readonly StoreCase[] = [
  {
    title: "invariant 6: at the limit the least recently seen goes, not the oldest",
    async run({ store }) {
      const partition = newPartition();
      const createdAt = NOW - 10 * HOUR;
      await put(store, session(partition, "old-and-busy", { createdAt, lastSeenAt: NOW - 1 }));
      await put(store, session(partition, "forgotten", { lastSeenAt: NOW - 3 }));
      await put(store, session(partition, "recent", { lastSeenAt: NOW - 2 }));
      const outcome = await store.create(session(partition, "new"), NOW, { limit: evict(3) });
      const evicted = [handle("forgotten")];
      same(outcome, { status: "created", evicted }, "the outcome");
      same(
        await handlesIn(store, partition),
        ["new", "old-and-busy", "recent"].map(handle),
        "who is left",
      );
    },
  },
  {
    title: "invariant 6: a touch saves a session from being the least recently seen",
    async run({ store }) {
      const partition = newPartition();
      const first = await put(store, session(partition, "first", { lastSeenAt: NOW - 5 }));
      await put(store, session(partition, "second", { lastSeenAt: NOW - 4 }));
      const touch = { lastSeenAt: NOW - 3, idleExpiresAt: NOW + HOUR };
      await store.update(first, { touch }, NOW);
      const outcome = await store.create(session(partition, "new"), NOW, { limit: evict(2) });
      same(outcome, { status: "created", evicted: [handle("second")] }, "the outcome");
    },
  },
  {
    title: "invariant 6: a session that was never seen counts as seen when it was created",
    async run({ store }) {
      const partition = newPartition();
      const fresh = { createdAt: NOW - 1_000, lastSeenAt: null };
      await put(store, session(partition, "fresh", fresh));
      await put(store, session(partition, "seen-before", { lastSeenAt: NOW - 2_000 }));
      await put(store, session(partition, "seen-since", { lastSeenAt: NOW - 500 }));
      const outcome = await store.create(session(partition, "a"), NOW, { limit: evict(3) });
      same(outcome, { status: "created", evicted: [handle("seen-before")] }, "the first");
      const another = await store.create(session(partition, "b"), NOW, { limit: evict(3) });
      same(another, { status: "created", evicted: [handle("fresh")] }, "the second");
    },
  },
  {
    title: "invariant 6: of two seen at the same time the one with the smaller handle goes",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["b", "B", "c"]) await put(store, session(partition, name));
      const outcome = await store.create(session(partition, "new"), NOW, { limit: evict(3) });
      same(outcome, { status: "created", evicted: [handle("B")] }, "the outcome");
    },
  },
  {
    title: "invariant 6: where the limit was lowered, as many go as must",
    async run({ store }) {
      const partition = newPartition();
      for (let i = 0; i < 5; i++) {
        await put(store, session(partition, `${i}`, { lastSeenAt: NOW - 10 + i }));
      }
      const outcome = await store.create(session(partition, "new"), NOW, { limit: evict(2) });
      const evicted = outcome.status === "created" ? outcome.evicted.toSorted() : outcome;
      same(evicted, ["0", "1", "2", "3"].map(handle), "who went");
      same(await handlesIn(store, partition), ["4", "new"].map(handle), "who is left");
    },
  },
  {
    title: "invariant 6: a limit that refuses sends nobody away",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["1", "2"]) await put(store, session(partition, name));
      const outcome = await store.create(session(partition, "new"), NOW, { limit: refuse(2) });
      same(outcome, { status: "limit-reached" }, "the outcome");
      same(await handlesIn(store, partition), ["1", "2"].map(handle), "who is left");
      const room = await store.create(session(partition, "new"), NOW, { limit: refuse(3) });
      same(room, { status: "created", evicted: [] }, "the outcome where there is room");
    },
  },
  {
    title: "invariant 6: an abandoned session goes first",
    async run({ store }) {
      const partition = newPartition();
      const createdAt = NOW - ABANDONED_AFTER;
      await put(store, session(partition, "abandoned", { createdAt, lastSeenAt: null }));
      await put(store, session(partition, "long-unseen", { lastSeenAt: NOW - HOUR }));
      const outcome = await store.create(session(partition, "new"), NOW, { limit: evict(2) });
      same(outcome, { status: "created", evicted: [handle("abandoned")] }, "the outcome");
    },
  },
  {
    title: "invariant 6: an abandoned session causes no refusal",
    async run({ store }) {
      const partition = newPartition();
      const createdAt = NOW - ABANDONED_AFTER;
      await put(store, session(partition, "abandoned", { createdAt, lastSeenAt: null }));
      await put(store, session(partition, "in-use"));
      const outcome = await store.create(session(partition, "new"), NOW, { limit: refuse(2) });
      same(outcome, { status: "created", evicted: [handle("abandoned")] }, "the outcome");
      const another = await store.create(session(partition, "newer"), NOW, { limit: refuse(2) });
      same(another, { status: "limit-reached" }, "the outcome without an abandoned one");
    },
  },
  {
    title: "invariant 6: abandoned means unseen for ABANDONED_AFTER, and never one that was seen",
    async run({ store }) {
      const partition = newPartition();
      const unseen = { lastSeenAt: null, createdAt: NOW - ABANDONED_AFTER + 1 };
      const waiting = await put(store, session(partition, "waiting", unseen));
      await put(store, session(partition, "seen", { lastSeenAt: NOW - HOUR }));
      const next = session(partition, "new");
      const early = await store.create(next, NOW, { limit: refuse(2) });
      same(early, { status: "limit-reached" }, "a millisecond before");
      const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR };
      await store.update(waiting, { touch }, NOW);
      const late = await store.create(next, NOW + HOUR - 1, { limit: refuse(2) });
      same(late, { status: "limit-reached" }, "when its token has come back");
    },
  },
  {
    title: "invariant 6: sessions that have expired do not count",
    async run({ store }) {
      const partition = newPartition();
      await put(store, session(partition, "expired", { idleExpiresAt: NOW + HOUR }));
      await put(store, session(partition, "live", { idleExpiresAt: NOW + 3 * HOUR }));
      const record = session(partition, "new", { idleExpiresAt: NOW + 3 * HOUR });
      const outcome = await store.create(record, NOW + HOUR, { limit: refuse(2) });
      same(outcome, { status: "created", evicted: [] }, "the outcome");
    },
  },
];
