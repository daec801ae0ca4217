import type { NewSessionRecord, ReplicaState, ReplicaTarget } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { Journal } from "../src/internal/journal.ts";
import { HOUR, NOW, session } from "./records.ts";

test("a journal grows with what there is, not with how often it changed", () => {
  const journal = new Journal();
  for (let i = 0; i < 100_000; i++) journal.wrote(session(i % 100), NOW);
  expect(journal.length).toBeLessThan(250);
  expect(journal.find(session(7))?.revision).toBe(NOW + 999);
});

test("a journal forgets what was ended when that could be alive no more", () => {
  const journal = new Journal();
  for (let hour = 0; hour < 100; hour++) {
    const now = NOW + hour * HOUR;
    journal.age(now);
    for (let i = 0; i < 100; i++) journal.bury(session(hour * 100 + i), now + HOUR);
  }
  expect(journal.length).toBeLessThan(500);
  expect(journal.find(session(9_999))).toMatchObject({ isTombstone: true });
  expect(journal.find(session(0))).toBeUndefined();
});

test("a cursor stays good however often the journal was tidied since", () => {
  const journal = new Journal();
  journal.wrote(session(0), NOW);
  const first = journal.since(null, 10);
  for (let i = 0; i < 10_000; i++) journal.wrote(session(1 + (i % 10)), NOW);
  const handles = [];
  let cursor = first?.next ?? null;
  for (let more = true; more;) {
    const step = journal.since(cursor, 3);
    handles.push(...(step?.places ?? []).map(({ handle }) => handle));
    cursor = step?.next ?? null;
    more = step?.more ?? false;
  }
  const expected = Array.from({ length: 10 }, (_, i) => session(1 + i).handle);
  expect(handles.toSorted()).toEqual(expected.toSorted());
});

test("a cursor that points past the last change is not from here", () => {
  const journal = new Journal();
  journal.wrote(session(0), NOW);
  const { next = "" } = journal.since(null, 10) ?? {};
  expect(journal.since(next, 10)).toMatchObject({ places: [], more: false });
  expect(journal.since(`${next}0`, 10)).toBeNull();
});

function state(i: number, fields: Partial<NewSessionRecord> = {}): ReplicaState {
  return { kind: "record", record: { ...session(i, fields), version: 1 }, revision: NOW };
}

function tombstone(i: number, expiresAt: number): ReplicaState {
  const { partition, handle } = session(i);
  return { kind: "tombstone", ref: { partition, handle }, expiresAt };
}

/** How many steps of 100 it takes to copy the store: what its journal holds, in hundreds. */
async function stepsToCopy(replica: ReplicaTarget, now: number): Promise<number> {
  let cursor: string | null = null;
  for (let steps = 1; ; steps++) {
    const outcome = await replica.changesSince(cursor, 100, now);
    if (outcome.status !== "changes" || !outcome.more) return steps;
    cursor = outcome.next;
  }
}

test("a bounded store that is a copy stays within its bounds", async () => {
  const store = memoryStore({ maxSessions: 10, replicable: true });
  const { replica } = store.powers;
  const nobody = { userId: null, authenticatedAt: null };
  for (let i = 0; i < 100; i++) await replica.apply([state(i, nobody)], NOW);
  expect(await store.sweep(NOW + 24 * HOUR, 1_000)).toHaveLength(10);
});

test("a store that is a copy clears away what expired", async () => {
  const store = memoryStore({ replicable: true });
  for (let i = 0; i < 100; i++) {
    const now = NOW + i * HOUR;
    const times = { idleExpiresAt: now + HOUR, expiresAt: now + HOUR };
    await store.powers.replica.apply([state(i, times)], now);
  }
  expect((await store.sweep(NOW + 1_000 * HOUR, 1_000)).length).toBeLessThan(3);
});

test("what was swept leaves nothing in the journal", async () => {
  const store = memoryStore({ replicable: true });
  for (let hour = 0; hour < 50; hour++) {
    const now = NOW + hour * HOUR;
    for (let i = 0; i < 100; i++) {
      await store.create(session(hour * 100 + i, { idleExpiresAt: now + 1 }), now);
    }
    await store.sweep(now + 1, 100);
  }
  expect(await stepsToCopy(store.powers.replica, NOW + 50 * HOUR)).toBeLessThan(4);
});

test("tombstones past their deadline leave nothing in the journal, if there is nothing else", async () => {
  const { replica } = memoryStore({ replicable: true }).powers;
  for (let hour = 0; hour < 50; hour++) {
    const now = NOW + hour * HOUR;
    const some = Array.from({ length: 100 }, (_, i) => tombstone(hour * 100 + i, now + HOUR));
    expect(await replica.apply(some, now)).toBe(100);
  }
  expect(await stepsToCopy(replica, NOW + 50 * HOUR)).toBeLessThan(4);
  expect(await replica.apply([tombstone(0, NOW)], NOW + 50 * HOUR)).toBe(0);
});

test("a tombstone is told of up to the ms of its deadline", async () => {
  const { replica } = memoryStore({ replicable: true }).powers;
  const { partition, handle } = session(0);
  const buried = tombstone(0, NOW + HOUR);
  await replica.apply([buried], NOW);
  expect(await replica.states(partition, [handle], NOW + HOUR - 1)).toEqual([buried]);
  expect(await replica.states(partition, [handle], NOW + HOUR)).toEqual([]);
});

test("a store that nobody copies has no such power, and keeps no journal", () => {
  expect(Object.keys(memoryStore().powers)).toEqual(["marks", "references", "once", "channel"]);
  expect(memoryStore({ replicable: true }).powers.replica).toBeDefined();
});
