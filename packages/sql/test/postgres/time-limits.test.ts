import { type Store, StoreUnavailableError } from "@sojourn/core";
import { startProxy, until } from "@sojourn/servers";
import { sqlStore } from "@sojourn/sql";
import { pg, postgresJs } from "@sojourn/sql/postgres";
import { Pool } from "pg";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { clients, type Opened, type Wanted } from "./clients.ts";
import { holdRow, namesIn, newPartition, NOW, recordOf, startWorld, type World } from "./world.ts";

const LIMIT = { max: 1, onLimit: "evict-least-recent" } as const;

let world: World;
/** Somebody with time. */
let patient: Store;

beforeAll(async () => {
  world = await startWorld();
  patient = world.open(clients.pg!, { timeLimit: 20_000 });
}, 60_000);
afterAll(() => world.stop());

/** With one connection, and none of the options that keep calls from waiting for it. */
const plain: Readonly<Record<string, (url: string) => Opened>> = {
  pg(connectionString) {
    const pool = new Pool({ connectionString, max: 1 });
    return { database: pg(pool), close: () => pool.end() };
  },
  "postgres.js"(url) {
    const client = postgres(url, { max: 1 });
    return { database: postgresJs(client), close: () => client.end() };
  },
};

/** How many transactions are open, waits among them, that are not our own. */
async function openTransactions(): Promise<number> {
  const { rows } = await world.admin.query(
    `SELECT count(*)::int AS count FROM pg_stat_activity
     WHERE xact_start IS NOT NULL AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return rows[0].count;
}

/** What is not done yet will be never. */
async function settled(): Promise<void> {
  await until("all transactions are over", async () => (await openTransactions()) === 0);
}

describe.each(Object.entries(clients))("%s", (name, open) => {
  const opened = (wanted: Wanted) => world.open(open, wanted);

  test("what waits for a row past its time limit rejects, and is not done later", async () => {
    const store = opened({ timeLimit: 200 });
    const other = await world.connect();
    const partition = newPartition();
    const a = recordOf(partition, "a");
    await store.create(a, NOW);
    const release = await holdRow(other, a);
    const calls = [
      store.update(a, { set: { x: "1" } }, NOW),
      store.delete(a),
      store.create(recordOf(partition, "b"), NOW, { limit: LIMIT }),
      store.deleteAll(partition, NOW),
    ];
    for (const { status, ...rest } of await Promise.allSettled(calls)) {
      expect(status).toBe("rejected");
      expect("reason" in rest && rest.reason).toBeInstanceOf(StoreUnavailableError);
    }
    // Only who holds the row is left, and when they have gone nothing comes after.
    await until("nobody waits any more", async () => (await openTransactions()) === 1);
    await release();
    expect(await patient.read(a, NOW)).toMatchObject({ version: 1, data: {} });
    expect(await namesIn(patient, partition)).toEqual(["a"]);
  });

  test("a login that waits past its time limit for a connection is not done later", async () => {
    const { database, close } = plain[name]!(world.server.url);
    onTestFinished(close);
    const store = sqlStore(database, { timeLimit: 200 });
    const other = await world.connect();
    const partition = newPartition();
    const a = recordOf(partition, "a");
    await patient.create(a, NOW);
    const release = await holdRow(other, a);
    // The only connection is taken by somebody whom the server lets wait for long.
    const [first, ...rest] = [
      store.update(a, { set: { x: "1" } }, NOW),
      store.create(recordOf(partition, "b"), NOW, { limit: LIMIT }),
      store.deleteAll(partition, NOW),
    ];
    for (const call of [first, ...rest]) await expect(call).rejects.toThrow(StoreUnavailableError);
    await release();
    await settled();
    // What begins now comes after whatever was still in the queue.
    expect(await until("it has a connection again", () => store.read(a, NOW))).not.toBe(null);
    expect(await namesIn(patient, partition)).toEqual(["a"]);
  });

  test("where a process falls silent amid a login, the user's lock is free again", async () => {
    const proxy = await startProxy(world.server.port);
    const { database, close } = open(proxy.port, { timeLimit: 300 });
    onTestFinished(async () => {
      await proxy.cut();
      await close().catch(() => {});
    });
    const store = sqlStore(database, { timeLimit: 300 });
    const partition = newPartition();
    const a = recordOf(partition, "a");
    await store.create(a, NOW);
    const other = await world.connect();
    const release = await holdRow(other, a);
    const login = store.create(recordOf(partition, "b"), NOW, { limit: LIMIT });
    login.catch(() => {});
    // It has the user's lock, and waits for the row.
    await world.waiting(1);
    proxy.stall();
    await release();
    await expect(login).rejects.toThrow(StoreUnavailableError);
    expect(await patient.create(recordOf(partition, "c"), NOW, { limit: LIMIT })).toEqual({
      status: "created",
      evicted: [a.handle],
    });
    await proxy.stop();
  });

  test("a connection that ends amid a login takes nothing else with it", async () => {
    const store = opened({ max: 1, timeLimit: 2_000 });
    const other = await world.connect();
    const partition = newPartition();
    const a = recordOf(partition, "a");
    await store.create(a, NOW);
    const release = await holdRow(other, a);
    const login = store.create(recordOf(partition, "b"), NOW, { limit: LIMIT });
    login.catch(() => {});
    await world.waiting(1);
    await world.admin.query(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'",
    );
    await expect(login).rejects.toThrow(StoreUnavailableError);
    await release();
    const again = () => store.create(recordOf(partition, "c"), NOW, { limit: LIMIT });
    expect(await until("it has a connection again", again)).toMatchObject({ evicted: [a.handle] });
    expect(await namesIn(store, partition)).toEqual(["c"]);
  });

  test("a deadlock is tried again", async () => {
    const store = opened({ timeLimit: 20_000 });
    const other = await world.connect();
    // We find it out, and not the other.
    await other.query("SET deadlock_timeout = '1min'");
    const partition = newPartition();
    const a = recordOf(partition, "a");
    await store.create(a, NOW);
    const release = await holdRow(other, a);
    const before = await deadlocks();
    const login = store.create(recordOf(partition, "b"), NOW, { limit: LIMIT });
    await world.waiting(1);
    await other.query(
      "UPDATE sojourn_partitions SET kept_until = kept_until WHERE partition_key = $1",
      [partition],
    );
    await release();
    expect(await login).toEqual({ status: "created", evicted: [a.handle] });
    await until("it is counted", async () => (await deadlocks()) > before);
  });

  test("a read waits for nobody", async () => {
    const store = opened({ max: 1, timeLimit: 20_000 });
    const other = await world.connect();
    const a = recordOf(newPartition(), "a");
    await store.create(a, NOW);
    const release = await holdRow(other, a);
    expect(await store.read(a, NOW)).not.toBe(null);
    expect(await store.list(a.partition, NOW)).toHaveLength(1);
    await release();
  });
});

async function deadlocks(): Promise<number> {
  const { rows } = await world.admin.query(
    "SELECT deadlocks::int FROM pg_stat_database WHERE datname = 'postgres'",
  );
  return rows[0].deadlocks;
}

test("a pool of pg whose idle connections end keeps the process alive, where it is listened to", async () => {
  const pool = new Pool({ connectionString: world.server.url });
  const heard: string[] = [];
  pool.on("error", ({ message }) => void heard.push(message));
  onTestFinished(() => pool.end());
  const store = sqlStore(pg(pool));
  await store.read(recordOf(newPartition(), "a"), NOW);
  await endConnections();
  await until("the pool has heard of it", () => heard.length > 0);
  expect(await store.read(recordOf(newPartition(), "a"), NOW)).toBe(null);
});

test("a connection of pg that ends between two statements of a login ends nothing else", async () => {
  // Nobody listens on this one, and the store has it at the time.
  const pool = new Pool({ connectionString: world.server.url, max: 1 });
  onTestFinished(() => pool.end());
  const client = await pool.connect();
  const query = client.query.bind(client) as (text: string, values?: unknown[]) => unknown;
  let ended = false;
  // Between BEGIN and the next.
  client.query = (async (text: string, values?: unknown[]) => {
    const result = await query(text, values);
    if (text.startsWith("BEGIN")) {
      const end = new Promise<void>((resolve) => client.once("end", resolve));
      await endConnections();
      await end;
      ended = true;
    }
    return result;
  }) as typeof client.query;
  client.release();
  const store = sqlStore(pg(pool));
  await expect(store.create(recordOf(newPartition(), "a"), NOW)).rejects.toThrow(
    "The connection was lost.",
  );
  expect(ended).toBe(true);
  expect(await store.read(recordOf(newPartition(), "a"), NOW)).toBe(null);
});

async function endConnections(): Promise<void> {
  await world.admin.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
}
