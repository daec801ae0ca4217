import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { Table } from "../src/internal/table.ts";
import { HOUR, MINUTE, NOW, session } from "./records.ts";

test("what expired comes out of a sweep in the order in which it did", async () => {
  const store = memoryStore();
  for (let i = 0; i < 100; i++) {
    await store.create(session(i, { idleExpiresAt: NOW + 1 + ((i * 37) % 100) }), NOW);
  }
  const swept = [
    ...(await store.sweep(NOW + 60, 40)),
    ...(await store.sweep(NOW + 60, 40)),
    ...(await store.sweep(NOW + 60, 40)),
  ];
  const deadlines = swept.map(({ idleExpiresAt }) => idleExpiresAt - NOW);
  expect(deadlines).toEqual(Array.from({ length: 60 }, (_, i) => i + 1));
});

test("what nobody sweeps is cleared away by writes, a minute later, a few at a time", async () => {
  const store = memoryStore();
  const expiresAt = NOW + MINUTE;
  for (let i = 0; i < 10; i++) await store.create(session(i, { expiresAt }), NOW);
  const left = (now: number) => store.sweep(now, 100).then((swept) => swept.length);

  // Whoever sweeps every minute is given all that expired.
  await store.create(session(100), NOW + 2 * MINUTE - 1);
  expect(await left(expiresAt)).toBe(10);

  for (let i = 0; i < 10; i++) await store.create(session(i, { expiresAt }), NOW);
  const now = NOW + 2 * MINUTE;
  await store.create(session(101), now);
  await store.update(session(101), { set: { a: "1" } }, now);
  await store.update(session(101), { set: { a: "2" } }, now);
  expect(await left(now)).toBe(4);
});

test("a store that is only written to holds what lives and a minute of what does not", async () => {
  const store = memoryStore();
  const life = 5 * MINUTE;
  for (let i = 0; i < 2_000; i++) {
    const now = NOW + i * 1_000;
    await store.create(session(i, { createdAt: now, idleExpiresAt: now + life }), now);
  }
  const end = NOW + 2_000_000;
  expect(await store.sweep(end + HOUR, 10_000)).toHaveLength((life + MINUTE) / 1_000);
});

test("while a sweep of many is on its way, whatever else there is to do has its turn", async () => {
  const store = memoryStore();
  for (let i = 0; i < 1_000; i++) await store.create(session(i, { idleExpiresAt: NOW + 1 }), NOW);
  let turns = 0;
  const counting = setInterval(() => turns++, 0);
  const swept = await store.sweep(NOW + 1, 1_000).finally(() => clearInterval(counting));
  expect(swept).toHaveLength(1_000);
  expect(turns).toBeGreaterThanOrEqual(5);
});

test("what is touched while a sweep of many is on its way stays", async () => {
  const store = memoryStore();
  for (let i = 0; i < 300; i++) {
    await store.create(session(i, { idleExpiresAt: NOW + 1 + i }), NOW);
  }
  const sweeping = store.sweep(NOW + 299, 1_000);
  const touch = { lastSeenAt: NOW + 1, idleExpiresAt: NOW + HOUR };
  await store.update(session(250), { touch }, NOW + 1);
  expect((await sweeping).map(({ handle }) => handle)).not.toContain(session(250).handle);
  expect(await store.read(session(250), NOW + 300)).not.toBeNull();
});

test("the work of a sweep follows what expired, not what is stored", () => {
  const looks = (stored: number, expired: number): number => {
    const table = new Table();
    for (let i = 0; i < stored; i++) {
      const due = i % (stored / expired) === 0;
      table.add(session(i, { idleExpiresAt: due ? NOW + (i % 7) : NOW + HOUR + ((i * 31) % 997) }));
    }
    const before = table.looks;
    for (let swept = 0; ; swept++) {
      const row = table.firstExpired(NOW + MINUTE);
      if (row === undefined) {
        expect(swept).toBe(expired);
        return table.looks - before;
      }
      table.remove(row);
    }
  };
  const few = looks(1_000, 10);
  // Fifty times as much is stored: the tree is a few levels higher, and that is all.
  expect(looks(50_000, 10)).toBeLessThan(3 * few);
  expect(looks(50_000, 100)).toBeLessThan(30 * few);
  expect(looks(50_000, 10)).toBeLessThan(1_000);
});

test("a touch costs no more where more is stored", () => {
  const looks = (stored: number): number => {
    const table = new Table();
    for (let i = 0; i < stored; i++) table.add(session(i, { idleExpiresAt: NOW + i }));
    const before = table.looks;
    for (let i = 0; i < 100; i++) table.moved(i);
    return (table.looks - before) / 100;
  };
  expect(looks(50_000)).toBeLessThan(2 * looks(1_000) + 10);
});
