import { ConfigurationError, type Store, StoreFullError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { anonymous, HOUR, MINUTE, NOW, session } from "./records.ts";

/** Which of the first `count` sessions are there. */
async function there(store: Store, count: number, now: number = NOW): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    if ((await store.read(session(i), now)) !== null) found.push(i);
  }
  return found;
}

test("a full store sends the anonymous session away that was seen least recently", async () => {
  const store = memoryStore({ maxSessions: 4 });
  await store.create(session(0, { lastSeenAt: NOW - HOUR }), NOW);
  await store.create(anonymous(1, { lastSeenAt: NOW - 1 }), NOW);
  await store.create(anonymous(2, { lastSeenAt: NOW - 3 }), NOW);
  await store.create(anonymous(3, { lastSeenAt: null, createdAt: NOW - 2 }), NOW);
  await store.create(session(4), NOW);
  expect(await there(store, 5)).toEqual([0, 1, 3, 4]);
  await store.create(anonymous(5), NOW);
  expect(await there(store, 6)).toEqual([0, 1, 4, 5]);
});

test("a touch saves an anonymous session from being the next to go", async () => {
  const store = memoryStore({ maxSessions: 2 });
  await store.create(anonymous(0, { lastSeenAt: NOW - 2 }), NOW);
  await store.create(anonymous(1, { lastSeenAt: NOW - 1 }), NOW);
  const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR };
  await store.update(anonymous(0), { touch }, NOW);
  await store.create(session(2), NOW);
  expect(await there(store, 3)).toEqual([0, 2]);
});

test("a full store of users' sessions refuses another, and keeps them all", async () => {
  const store = memoryStore({ maxSessions: 2 });
  await store.create(session(0), NOW);
  await store.create(session(1), NOW);
  await expect(store.create(session(2), NOW)).rejects.toBeInstanceOf(StoreFullError);
  await expect(store.create(anonymous(3), NOW)).rejects.toBeInstanceOf(StoreFullError);
  expect(await there(store, 4)).toEqual([0, 1]);
  await store.delete(session(1));
  expect((await store.create(session(2), NOW)).status).toBe("created");
});

test("a full store has room for a session that replaces another, or evicts one", async () => {
  const store = memoryStore({ maxSessions: 1 });
  const { partition, handle } = session(0);
  await store.create(session(0), NOW);
  const next = session(1, { partition });
  expect(await store.create(next, NOW, { replaces: handle })).toEqual({
    status: "created",
    evicted: [],
  });
  const limit = { max: 1, onLimit: "evict-least-recent" } as const;
  expect(await store.create(session(2, { partition }), NOW, { limit })).toEqual({
    status: "created",
    evicted: [next.handle],
  });
});

test("in a full store what has expired goes before anybody else", async () => {
  const store = memoryStore({ maxSessions: 2 });
  await store.create(anonymous(0, { idleExpiresAt: NOW + 2 * HOUR }), NOW);
  await store.create(session(1, { idleExpiresAt: NOW + MINUTE }), NOW);
  await store.create(session(2, { idleExpiresAt: NOW + 2 * HOUR }), NOW + MINUTE);
  expect(await there(store, 3, NOW + MINUTE)).toEqual([0, 2]);
});

test("10,000 anonymous requests leave no more than the bound", async () => {
  const store = memoryStore({ maxSessions: 100 });
  await store.create(session(0), NOW);
  for (let i = 1; i <= 10_000; i++) await store.create(anonymous(i, { lastSeenAt: NOW + i }), NOW);
  expect(await there(store, 10_001)).toHaveLength(100);
  expect(await store.read(session(0), NOW)).not.toBeNull();
  expect(await store.read(anonymous(10_000), NOW)).not.toBeNull();
});

test("a bound that is none is refused", () => {
  for (const maxSessions of [0, -1, 1.5, Number.NaN, "100" as unknown as number]) {
    expect(() => memoryStore({ maxSessions })).toThrow(ConfigurationError);
  }
  expect(() => memoryStore({ maxSessions: Infinity })).not.toThrow();
});
