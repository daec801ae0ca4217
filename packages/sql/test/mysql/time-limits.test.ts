import { type Store, StoreUnavailableError } from "@sojourn/core";
import { startProxy, until } from "@sojourn/servers";
import { sqlStore } from "@sojourn/sql";
import type { PoolConnection } from "mysql2/promise";
import { expect, onTestFinished, test } from "vitest";
import { admin, open, openStore, PATIENT, rowsOf, server, useMariadb } from "./pools.ts";
import { FIVE, HOUR, NOW, somePartition, someSession } from "./sessions.ts";

useMariadb();

const WAITING = "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'";

/** Somebody else, in a transaction. */
async function inTransaction(): Promise<PoolConnection> {
  const connection = await admin.pool.getConnection();
  onTestFinished(() => connection.destroy());
  await connection.beginTransaction();
  return connection;
}

async function deadlocks(): Promise<number> {
  const [row] = await rowsOf(admin.pool, "SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'");
  return Number(row?.Value);
}

/** What the store writes while its pool has no connection to give, and the names of the calls. */
async function callsOf(store: Store, session = someSession()) {
  return {
    session,
    calls: {
      login: () =>
        store.create(someSession({ partition: session.partition }), NOW, { limit: FIVE }),
      create: () => store.create(someSession({ authenticatedAt: null }), NOW),
      read: () => store.read(session, NOW),
      touch: () =>
        store.update(session, { touch: { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR } }, NOW),
      write: () => store.update(session, { set: { late: "1" } }, NOW),
      delete: () => store.delete(session),
      deleteAll: () => store.deleteAll(session.partition, NOW + 1),
      sweep: () => store.sweep(NOW, 10),
    },
  };
}

test("a pool that is exhausted is an error in time, and what waited for it is never done", async () => {
  const { pool, database, close } = open(server.port, { connectionLimit: 1 });
  onTestFinished(close);
  const patient = openStore(server.port, PATIENT);
  const { session, calls } = await callsOf(sqlStore(database, { timeLimit: 100 }));
  await patient.create(session, NOW);
  const before = await rowsOf(admin.pool, "SELECT * FROM sojourn_sessions");
  const held = await pool.getConnection();
  for (const call of Object.values(calls)) {
    await expect(call()).rejects.toThrow(StoreUnavailableError);
  }
  held.release();
  // This one comes after all that waited.
  await pool.query("SELECT 1");
  expect(await rowsOf(admin.pool, "SELECT * FROM sojourn_sessions")).toEqual(before);
  expect(await calls.login()).toMatchObject({ status: "created" });
});

test("a login that waits for a lock past its time limit is not done later", async () => {
  const partition = somePartition();
  const store = openStore(server.port, { timeLimit: 200 });
  const patient = openStore(server.port, PATIENT);
  await patient.create(someSession({ partition }), NOW, { limit: FIVE });
  const holder = await inTransaction();
  await holder.execute("SELECT 1 FROM sojourn_partitions WHERE partition_key = ? FOR UPDATE", [
    partition,
  ]);
  await expect(store.create(someSession({ partition }), NOW, { limit: FIVE })).rejects.toThrow(
    StoreUnavailableError,
  );
  await expect(store.deleteAll(partition, NOW)).rejects.toThrow(StoreUnavailableError);
  await holder.rollback();
  // It has the lock after them.
  const last = someSession({ partition });
  expect(await patient.create(last, NOW, { limit: FIVE })).toMatchObject({ status: "created" });
  await until("no transaction is open", async () => {
    const open = await rowsOf(admin.pool, WAITING);
    return Number(open[0]?.Value) === 0;
  });
  expect(await patient.list(partition, NOW)).toHaveLength(2);
});

test("where a process falls silent amid a login, idle_transaction_timeout frees the user's lock", async () => {
  const partition = somePartition();
  const patient = openStore(server.port, PATIENT);
  const full = Array.from({ length: 5 }, () => someSession({ partition }));
  for (const session of full) await patient.create(session, NOW, { limit: FIVE });
  const holder = await inTransaction();
  await holder.execute("SELECT 1 FROM sojourn_sessions WHERE partition_key = ? FOR UPDATE", [
    partition,
  ]);
  await admin.pool.query("SET GLOBAL idle_transaction_timeout = 1");
  onTestFinished(() => void admin.pool.query("SET GLOBAL idle_transaction_timeout = 0"));
  const line = await startProxy(server.port);
  onTestFinished(() => line.stop());
  const login = openStore(line.port, { timeLimit: 5_000 }).create(someSession({ partition }), NOW, {
    limit: FIVE,
  });
  login.catch(() => {});
  // It has the user's lock, and waits for the rows.
  await until("it waits", async () => {
    const [row] = await rowsOf(admin.pool, WAITING);
    return Number(row?.Value) === 1;
  });
  line.stall();
  await holder.commit();
  expect(await patient.create(someSession({ partition }), NOW, { limit: FIVE })).toMatchObject({
    status: "created",
  });
  await expect(login).rejects.toThrow(StoreUnavailableError);
  expect(await patient.list(partition, NOW)).toHaveLength(5);
});

test("a lock wait that the server gives up is tried again", async () => {
  const partition = somePartition();
  await admin.pool.query("SET GLOBAL innodb_lock_wait_timeout = 1");
  onTestFinished(() => void admin.pool.query("SET GLOBAL innodb_lock_wait_timeout = 50"));
  const store = openStore(server.port, PATIENT);
  await store.create(someSession({ partition }), NOW, { limit: FIVE });
  const holder = await inTransaction();
  await holder.execute("SELECT 1 FROM sojourn_partitions WHERE partition_key = ? FOR UPDATE", [
    partition,
  ]);
  const login = store.create(someSession({ partition }), NOW, { limit: FIVE });
  const waits = async () => {
    const [row] = await rowsOf(admin.pool, "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_waits'");
    return Number(row?.Value);
  };
  const before = await waits();
  // The second wait of the same login.
  await until("it waits again", async () => (await waits()) > before);
  await holder.commit();
  expect(await login).toMatchObject({ status: "created" });
});

test("a deadlock is tried again", async () => {
  const partition = somePartition();
  const store = openStore(server.port, PATIENT);
  const full = Array.from({ length: 5 }, () => someSession({ partition }));
  for (const session of full) await store.create(session, NOW, { limit: FIVE });
  const before = await deadlocks();
  const holder = await inTransaction();
  // More than the login has changed by then: InnoDB rolls back the smaller one.
  for (const { handle } of full) {
    await holder.execute("UPDATE sojourn_sessions SET last_seen_at = ? WHERE handle = ?", [
      NOW + 1,
      handle,
    ]);
  }
  const login = store.create(someSession({ partition }), NOW, { limit: FIVE });
  await until("the login waits", async () => {
    const [row] = await rowsOf(admin.pool, WAITING);
    return Number(row?.Value) === 1;
  });
  await holder.execute(
    "UPDATE sojourn_partitions SET kept_until = kept_until + 1 WHERE partition_key = ?",
    [partition],
  );
  await holder.commit();
  expect(await login).toMatchObject({ status: "created" });
  expect(await deadlocks()).toBeGreaterThan(before);
  expect(await store.list(partition, NOW)).toHaveLength(5);
});

test("a read waits for nobody", async () => {
  const store = openStore(server.port, PATIENT);
  const session = someSession();
  await store.create(session, NOW);
  const holder = await inTransaction();
  await holder.execute("DELETE FROM sojourn_sessions WHERE handle = ?", [session.handle]);
  expect(await store.read(session, NOW)).not.toBe(null);
  expect(await store.list(session.partition, NOW)).toHaveLength(1);
  await holder.rollback();
});
