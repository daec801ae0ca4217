import type { NewSessionRecord, Store } from "@sojourn/core";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import {
  admin,
  open,
  openStore,
  PATIENT,
  rowsOf,
  server,
  startWithTables,
  useMariadb,
} from "./pools.ts";
import { inProcesses } from "./processes.ts";
import { FIVE, HOUR, NOW, REFUSING, somePartition, someSession, times } from "./sessions.ts";

useMariadb();

const severalPools = (count: number): Store[] =>
  Array.from({ length: count }, () => openStore(server.port, PATIENT));

async function status(name: string): Promise<number> {
  const [row] = await rowsOf(admin.pool, "SHOW GLOBAL STATUS LIKE ?", [name]);
  return Number(row?.Value);
}

/** Until so many wait for what somebody else has locked. */
async function untilWaiting(count: number): Promise<void> {
  await expect.poll(() => status("Innodb_row_lock_current_waits"), { timeout: 5_000 }).toBe(count);
}

test("invariant 6: of 500 logins through three pools 5 are accepted where the limit refuses", async () => {
  const stores = severalPools(3);
  const partition = somePartition();
  const outcomes = await times(500, (i) =>
    stores[i % 3]!.create(someSession({ partition }), NOW, { limit: REFUSING }),
  );
  expect(outcomes.filter(({ status }) => status === "limit-reached")).toHaveLength(495);
  expect(await stores[0]!.list(partition, NOW)).toHaveLength(5);
});

describe("in four processes at once", () => {
  test("invariant 6: 500 logins of one user leave exactly 5 sessions", async () => {
    const partition = somePartition();
    const evicted = await inProcesses(4, server.url, "evict", partition, "", 125);
    const left = await openStore(server.port).list(partition, NOW);
    expect(left).toHaveLength(5);
    // Each of the others is known to one process, and to one only.
    const gone = new Set(evicted.flat());
    expect([gone.size, evicted.flat().length]).toEqual([495, 495]);
    expect(left.filter(({ handle }) => gone.has(handle))).toEqual([]);
  });

  test("invariant 3: who raises one number and writes keys loses nothing", async () => {
    const record = someSession({ data: { n: "0" } });
    const store = openStore(server.port, PATIENT);
    await store.create(record, NOW);
    await inProcesses(4, server.url, "count", record.partition, record.handle, 10);
    const { n, ...keys } = (await store.read(record, NOW))?.data ?? {};
    expect([n, Object.keys(keys).length]).toEqual(["40", 40]);
  });
});

const LEVELS = ["REPEATABLE READ", "READ COMMITTED", "SERIALIZABLE", "READ UNCOMMITTED"];

/** At other levels than the server's own, which is the first, fewer show as much. */
const MANY = process.env.SOJOURN_FULL === "1" ? 500 : 100;

describe.each(LEVELS)("on a server whose default is %s", (level) => {
  beforeAll(() => admin.pool.query(`SET GLOBAL TRANSACTION ISOLATION LEVEL ${level}`));

  test("invariant 6: many logins of one user through three pools leave exactly 5", async () => {
    const stores = severalPools(3);
    const partition = somePartition();
    const outcomes = await times(MANY, (i) =>
      (stores[i % 3] as Store).create(someSession({ partition }), NOW, { limit: FIVE }),
    );
    expect(outcomes.flatMap((it) => ("evicted" in it ? it.evicted : [it.status]))).toHaveLength(
      MANY - 5,
    );
    expect(await (stores[0] as Store).list(partition, NOW)).toHaveLength(5);
  });

  test("invariant 3: keys that are written at once are all there", async () => {
    const stores = severalPools(3);
    const record = someSession();
    await (stores[0] as Store).create(record, NOW);
    await times(MANY, (i) =>
      (stores[i % 3] as Store).update(record, { set: { [`k${i}`]: "1" } }, NOW),
    );
    const read = await (stores[0] as Store).read(record, NOW);
    expect([Object.keys(read?.data ?? {}).length, read?.version]).toEqual([MANY, MANY + 1]);
  });

  test("logins of 200 users at once do not get in each other's way", async () => {
    const before = await status("Innodb_deadlocks");
    const stores = severalPools(3);
    // The second time their partitions are known.
    const users = Array.from({ length: 200 }, () => somePartition());
    for (let round = 0; round < 2; round++) {
      const outcomes = await times(200, (i) => {
        const record = someSession({ partition: users[i] as string });
        return (stores[i % 3] as Store).create(record, NOW, { limit: FIVE });
      });
      expect(outcomes.every((outcome) => outcome.status === "created")).toBe(true);
    }
    expect((await status("Innodb_deadlocks")) - before).toBe(0);
  });

  test("logins, touches, revocations and sweeps at once leave nobody over the limit", async () => {
    const stores = severalPools(3);
    const users = Array.from({ length: 4 }, () => somePartition());
    await times(MANY, async (i) => {
      const store = stores[i % 3] as Store;
      const partition = users[i % 4] as string;
      const expiresAt = NOW + (i % 5 === 0 ? 0 : HOUR);
      const record = someSession({ partition, expiresAt, authenticatedAt: NOW + i });
      await store.create(record, NOW, { limit: FIVE });
      const touch = { lastSeenAt: NOW + i, idleExpiresAt: NOW + HOUR + i };
      await store.update(record, { touch, set: { i: `${i}` } }, NOW);
      if (i % 50 === 0) await store.deleteAll(partition, NOW + i);
      if (i % 20 === 0) await store.sweep(NOW, 10);
      expect((await store.list(partition, NOW)).length).toBeLessThanOrEqual(5);
    });
  });

  test("invariant 6: a touch that is under way when a login evicts saves what it touches", async () => {
    const [store] = severalPools(1) as [Store];
    const partition = somePartition();
    const sessions = Array.from({ length: 5 }, (_, i) =>
      someSession({ partition, lastSeenAt: NOW + i }),
    );
    for (const session of sessions) await store.create(session, NOW, { limit: FIVE });
    const [oldest, second] = sessions as [NewSessionRecord, NewSessionRecord];
    const holder = await admin.pool.getConnection();
    onTestFinished(() => holder.destroy());
    await holder.beginTransaction();
    await holder.execute("UPDATE sojourn_sessions SET last_seen_at = ? WHERE handle = ?", [
      NOW + 9,
      oldest.handle,
    ]);
    let isDone = false;
    const login = store
      .create(someSession({ partition, authenticatedAt: NOW }), NOW, { limit: FIVE })
      .finally(() => (isDone = true));
    await untilWaiting(1);
    expect(isDone).toBe(false);
    await holder.commit();
    expect(await login).toEqual({ status: "created", evicted: [second.handle] });
  });

  test("invariant 2: a revocation of all waits for a login under way, and takes it with it", async () => {
    const [store] = severalPools(1) as [Store];
    const partition = somePartition();
    await store.create(someSession({ partition }), NOW, { limit: FIVE });
    const holder = await admin.pool.getConnection();
    onTestFinished(() => holder.destroy());
    // As a login does that has come as far as this.
    await holder.beginTransaction();
    await holder.execute(
      "SELECT not_before FROM sojourn_partitions WHERE partition_key = ? FOR UPDATE",
      [partition],
    );
    const late = someSession({ partition });
    const login = store.create(late, NOW, { limit: FIVE });
    const revocation = store.deleteAll(partition, NOW + 1);
    await untilWaiting(2);
    await holder.commit();
    const [{ status }, removed] = await Promise.all([login, revocation]);
    expect(await store.list(partition, NOW + 1)).toEqual([]);
    expect(removed.includes(late.handle)).toBe(status === "created");
    const earlier = someSession({ partition });
    expect(await store.create(earlier, NOW + 2)).toEqual({ status: "revoked" });
  });
});

// With a binary log InnoDB refuses READ COMMITTED where statements are logged, and not rows.
test("a server that logs for its replicas takes it all, by rows or mixed", async () => {
  const logging = await startWithTables({ args: ["--log-bin"] });
  onTestFinished(() => logging.stop());
  const { pool, close } = open(logging.port);
  onTestFinished(close);
  for (const format of ["ROW", "MIXED"]) {
    await pool.query(`SET GLOBAL binlog_format = ${format}`);
    const store = openStore(logging.port, PATIENT);
    const partition = somePartition();
    const sessions = Array.from({ length: 6 }, () => someSession({ partition }));
    for (const session of sessions) {
      const { status } = await store.create(session, NOW, { limit: FIVE });
      expect(status).toBe("created");
    }
    const last = sessions.at(-1) as NewSessionRecord;
    expect(await store.update(last, { set: { a: "1" } }, NOW)).toMatchObject({ version: 2 });
    expect(await store.deleteAll(partition, NOW, { except: last.handle })).toHaveLength(4);
    expect(await store.sweep(NOW + 3 * HOUR, 10)).toHaveLength(1);
  }
});
