import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { Table } from "../src/internal/table.ts";
import { HOUR, NOW, session } from "./records.ts";

test("rows are used again, and nothing of the record that had one before shows", async () => {
  const store = memoryStore();
  for (let round = 0; round < 3; round++) {
    const facts = round === 0 ? "facts" : null;
    const data: Record<string, string> = round === 0 ? { a: "1" } : {};
    for (let i = 0; i < 1_500; i++) await store.create(session(i, { facts, data }), NOW);
    expect(await store.read(session(700), NOW)).toEqual({
      ...session(700, { facts, data }),
      version: 1,
    });
    for (let i = 0; i < 1_500; i++) expect(await store.delete(session(i))).toBe("deleted");
  }
  const table = new Table();
  for (let i = 0; i < 10; i++) {
    const record = session(i);
    table.add(record);
    table.remove(table.partitions.find(record) ?? -1);
  }
  expect(table.rows.count).toBe(0);
});

test("sessions of one user share the texts that are alike", async () => {
  const store = memoryStore();
  const { partition } = session(0);
  for (let i = 0; i < 5; i++) {
    const userId = i === 4 ? "another" : "user";
    await store.create(session(i, { partition, userId }), NOW);
  }
  const users = (await store.list(partition, NOW)).map(({ userId }) => userId);
  expect(users).toEqual(["user", "user", "user", "user", "another"]);
});

test("a partition of thousands is found, listed and emptied by handle", async () => {
  const store = memoryStore();
  const { partition } = session(0);
  const order = Array.from({ length: 3_000 }, (_, i) => (i * 1_009) % 3_000);
  for (const i of order) await store.create(session(i, { partition }), NOW);
  for (const i of [0, 1, 1_499, 2_999]) {
    expect(await store.read(session(i, { partition }), NOW)).not.toBeNull();
  }
  for (const i of order.slice(0, 2_990)) await store.delete(session(i, { partition }));
  const left = order.slice(2_990).map((i) => session(i).handle);
  const handles = (await store.list(partition, NOW)).map(({ handle }) => handle);
  expect(handles).toEqual(left.toSorted());
  expect(await store.deleteAll(partition, NOW)).toEqual(handles);
  expect(await store.list(partition, NOW)).toEqual([]);
  expect(await store.sweep(NOW + 2 * HOUR, 10)).toEqual([]);
});
