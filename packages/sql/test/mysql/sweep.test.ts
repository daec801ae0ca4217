import { NOT_BEFORE_KEPT, type SessionRecord } from "@sojourn/core";
import { until } from "@sojourn/servers";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { admin, openStore, PATIENT, rowsOf, server, useMariadb } from "./pools.ts";
import { HOUR, NOW, somePartition, someSession, times } from "./sessions.ts";

useMariadb();
beforeEach(async () => {
  for (const table of ["sessions", "partitions"]) {
    await admin.pool.query(`DELETE FROM sojourn_${table}`);
  }
});

/** Sessions with a deadline each from `first` on, and none seen since it was made. */
async function insert(count: number, first: number): Promise<void> {
  await admin.pool.query(`INSERT INTO sojourn_sessions (partition_key, handle, user_id, credential,
      created_at, idle_expires_at, expires_at, policy, persistent, version, data)
    SELECT lpad(seq % 97, 16, '0'), lpad(seq + ${first}, 22, '0'), 'ada', 'c', 1, ${first} + seq,
      ${NOW + 9 * HOUR}, 'p', 0, 1, '{}' FROM seq_0_to_${count - 1}`);
}

async function countOf(table: string): Promise<number> {
  const [row] = await rowsOf(admin.pool, `SELECT count(*) AS count FROM sojourn_${table}`);
  return Number(row?.count);
}

test("of what has expired, several who sweep at once give each session once", async () => {
  await insert(3_000, NOW - HOUR);
  await insert(500, NOW + 1);
  const stores = [1, 2, 3].map(() => openStore(server.port, PATIENT));
  const given = await times(3, async (i) => {
    const all: SessionRecord[] = [];
    for (;;) {
      const some = await stores[i]!.sweep(NOW, 130);
      expect(some.length).toBeLessThanOrEqual(130);
      all.push(...some);
      if ((await countOf("sessions")) === 500) return all;
    }
  });
  const handles = given.flat().map(({ handle }) => handle);
  expect([handles.length, new Set(handles).size]).toEqual([3_000, 3_000]);
});

test("one sweep takes no more than 1,000, whatever it is asked for", async () => {
  await insert(1_100, NOW - HOUR);
  const store = openStore(server.port, PATIENT);
  expect(await store.sweep(NOW, 100_000)).toHaveLength(1_000);
  expect(await store.sweep(NOW, 100_000)).toHaveLength(100);
  expect(await store.sweep(NOW, 100_000)).toEqual([]);
});

test("a session whose touch is under way is passed over, and its touch counts", async () => {
  const store = openStore(server.port, PATIENT);
  const [touched, other] = [someSession(), someSession()];
  for (const session of [touched, other]) await store.create(session, NOW);
  const holder = await admin.pool.getConnection();
  onTestFinished(() => holder.destroy());
  await holder.beginTransaction();
  const later = NOW + HOUR + 1;
  await holder.execute(
    "UPDATE sojourn_sessions SET idle_expires_at = ? WHERE partition_key = ? AND handle = ?",
    [later + HOUR, touched.partition, touched.handle],
  );
  const swept = await store.sweep(later, 10);
  expect(swept.map(({ handle }) => handle)).toEqual([other.handle]);
  await holder.commit();
  expect(await store.sweep(later, 10)).toEqual([]);
  expect(await store.read(touched, later)).not.toBe(null);
});

test("a login, a touch and a write wait for no sweep of other sessions", async () => {
  await insert(1_000, NOW - HOUR);
  const store = openStore(server.port, PATIENT);
  const session = someSession();
  await store.create(session, NOW);
  const sweeper = await admin.pool.getConnection();
  onTestFinished(() => sweeper.destroy());
  // As a sweep that has come as far as this.
  await sweeper.query("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
  await sweeper.beginTransaction();
  await sweeper.query(`SELECT handle FROM sojourn_sessions WHERE deadline <= ${NOW}
    ORDER BY deadline LIMIT 1000 FOR UPDATE SKIP LOCKED`);
  const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR + 5 };
  expect(await store.update(session, { touch }, NOW)).toMatchObject({ status: "updated" });
  expect(await store.update(session, { set: { a: "1" } }, NOW)).toMatchObject({ version: 2 });
  const login = someSession({ partition: "0".repeat(16), idleExpiresAt: NOW + 1 });
  expect(await store.create(login, NOW)).toMatchObject({ status: "created" });
  await sweeper.rollback();
});

test("stamps of partitions go when they are no longer needed", async () => {
  const store = openStore(server.port, PATIENT);
  const [early, late] = [somePartition(), somePartition()];
  await store.deleteAll(early, NOW);
  await store.deleteAll(late, NOW + 1);
  await store.sweep(NOW + NOT_BEFORE_KEPT - 1, 10);
  expect(await countOf("partitions")).toBe(2);
  await store.sweep(NOW + NOT_BEFORE_KEPT, 10);
  expect(await countOf("partitions")).toBe(1);
  const begun = someSession({
    partition: late,
    authenticatedAt: NOW + 1,
    expiresAt: NOW + 9 * HOUR,
  });
  expect(await store.create(begun, NOW + 1)).toEqual({ status: "revoked" });
});

test("a stamp that a login holds is passed over", async () => {
  const store = openStore(server.port, PATIENT);
  const partition = somePartition();
  await store.deleteAll(partition, NOW);
  const holder = await admin.pool.getConnection();
  onTestFinished(() => holder.destroy());
  await holder.beginTransaction();
  await holder.execute("SELECT 1 FROM sojourn_partitions WHERE partition_key = ? FOR UPDATE", [
    partition,
  ]);
  await store.sweep(NOW + NOT_BEFORE_KEPT, 10);
  expect(await countOf("partitions")).toBe(1);
  await holder.rollback();
  await until("it is free", async () => {
    await store.sweep(NOW + NOT_BEFORE_KEPT, 10);
    return (await countOf("partitions")) === 0;
  });
});
