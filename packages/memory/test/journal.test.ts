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

test("a bounded store that is a copy stays within its bounds, and clears away what expired", async () => {
  const store = memoryStore({ maxSessions: 10, replicable: true });
  const { replica } = store.powers;
  for (let i = 0; i < 100; i++) {
    const now = NOW + i * HOUR;
    const times = { idleExpiresAt: now + HOUR, expiresAt: now + HOUR };
    const record = { ...session(i, times), version: 1 };
    await replica.apply([{ kind: "record", record, revision: now }], now);
  }
  const left = await store.sweep(NOW + 1_000 * HOUR, 1_000);
  expect(left.length).toBeLessThanOrEqual(2);
});

test("a store that nobody copies has no such power, and keeps no journal", () => {
  expect(Object.keys(memoryStore().powers)).toEqual(["marks", "references", "once", "channel"]);
  expect(memoryStore({ replicable: true }).powers.replica).toBeDefined();
});
