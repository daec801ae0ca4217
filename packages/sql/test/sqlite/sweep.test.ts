import { NOT_BEFORE_KEPT } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { newFile } from "./new-file.ts";
import { handleOf, HOUR, NOW, recordOf } from "./processes/tasks.ts";
import { inProcesses } from "./processes/workers.ts";

const FULL = process.env.SOJOURN_FULL === "1";

async function open(path = ":memory:") {
  const connection = new DatabaseSync(path);
  onTestFinished(() => connection.close());
  connection.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL");
  const database = sqlite(connection);
  await migrate(database);
  return { connection, store: sqlStore(database, { timeLimit: 20_000 }) };
}

const countOf = (connection: DatabaseSync, table: string) =>
  connection.prepare(`SELECT count(*) AS n FROM sojourn_${table}`).get()?.n;

test(
  "of sessions half of which have expired, two processes that sweep get each of that half once",
  { timeout: 300_000 },
  async () => {
    const all = FULL ? 100_000 : 4_000;
    const limit = FULL ? 1_000 : 100;
    const path = newFile();
    const { connection, store } = await open(path);
    connection.exec("BEGIN");
    const insert = connection.prepare(
      `INSERT INTO sojourn_sessions (partition_key, handle, user_id, credential, created_at,
        idle_expires_at, expires_at, policy, persistent, version, data)
        VALUES (?, ?, 'ada', 'credential', 0, ?, ?, 'default', 0, 1, '{"a":"1"}')`,
    );
    for (let i = 0; i < all; i++) {
      // Half of them by either deadline, in no order.
      const deadline = i % 2 === 0 ? NOW - ((i * 7_919) % all) : NOW + 1 + i;
      const deadlines = i % 4 < 2 ? [deadline, NOW + HOUR] : [NOW + HOUR, deadline];
      insert.run(`partition-${i % 97}`.padEnd(16, "_"), handleOf(`s${i}`), ...deadlines);
    }
    connection.exec("COMMIT");

    const given = (await inProcesses(2, "node:sqlite", path, "sweep", limit)) as string[][][];
    for (const batches of given) {
      for (const batch of batches) expect(batch.length).toBeLessThanOrEqual(limit);
    }
    const handles = given.flat(2);
    expect([handles.length, new Set(handles).size]).toEqual([all / 2, all / 2]);
    expect(countOf(connection, "sessions")).toBe(all / 2);
    expect(await store.sweep(NOW, limit)).toEqual([]);
  },
);

test("stamps of partitions go when they are no longer needed, no more than asked for at a time", async () => {
  const { connection, store } = await open();
  for (let i = 0; i < 25; i++) await store.deleteAll(`partition-${i}`.padEnd(16, "_"), NOW);
  const last = NOW + NOT_BEFORE_KEPT - 1;
  await store.sweep(last, 10);
  expect(countOf(connection, "partitions")).toBe(25);
  for (const left of [15, 5, 0]) {
    await store.sweep(last + 1, 10);
    expect(countOf(connection, "partitions")).toBe(left);
  }
});

test("a sweep passes over what is damaged, and gives the rest", async () => {
  const { connection, store } = await open();
  for (const name of ["a", "b", "c"]) await store.create(recordOf(name), NOW);
  connection.exec(`UPDATE sojourn_sessions SET policy = x'00' WHERE handle LIKE 'b%'`);
  const swept = await store.sweep(NOW + HOUR, 10);
  expect(swept.map(({ handle }) => handle)).toEqual([handleOf("a"), handleOf("c")]);
  expect(countOf(connection, "sessions")).toBe(0);
});
