import { setImmediate as turn } from "node:timers/promises";
import { type NewSessionRecord, StoreUnavailableError } from "@sojourn/core";
import { type MariadbServer, startProxy, until } from "@sojourn/servers";
import {
  expectNothingLost,
  type NetworkFault,
  networkFaults,
  SLOW,
  startLoad,
} from "@sojourn/servers/load";
import { sqlStore } from "@sojourn/sql";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { open, openStore, PATIENT, rowsOf, startWithTables } from "./pools.ts";
import { NOW, someSession } from "./sessions.ts";

const TIME_LIMIT = 500;
const CLIENTS = 8;
const OPERATIONS = process.env.SOJOURN_FULL === "1" ? 10_000 : 1_000;

const faults = networkFaults({ timeLimit: TIME_LIMIT, clients: CLIENTS, within: 500 });

/** With the large numbers each by itself, three times; else all, one after the other. */
const plans: readonly (readonly [what: string, faults: readonly NetworkFault[]])[] =
  process.env.SOJOURN_FULL === "1"
    ? faults.map((fault) => [fault[0], [fault, fault, fault]])
    : [["all of it", faults]];

let shared: MariadbServer;
beforeAll(async () => void (shared = await startWithTables()), 60_000);
afterAll(() => shared.stop());

describe("nothing that was acknowledged is lost, and nothing comes back", () => {
  test.each(plans)("by %s", SLOW, async (what, plan) => {
    const server = shared;
    const proxy = await startProxy(server.port);
    onTestFinished(() => proxy.stop());
    const stores = [1, 2].map(() => openStore(proxy.port, { timeLimit: TIME_LIMIT }));
    const load = startLoad(stores, { clients: CLIENTS, operations: OPERATIONS });
    for (const [i, [, inject]] of plan.entries()) {
      await load.reached((i + 1) / (plan.length + 1));
      await inject({ proxy, load });
    }
    const history = await load.finish(openStore(server.port, PATIENT));
    const failures = expectNothingLost(`MariaDB, ${what}`, history);
    expect(failures.length).toBeGreaterThan(CLIENTS);
  });

  // With a binary log, as MySQL 8 comes: it is on the disk before anybody sees what a transaction did.
  test("by a server that is killed in mid-load, three times", SLOW, async () => {
    const args = ["--log-bin", "--sync-binlog=1"];
    const server = await startWithTables({ durable: true, args });
    onTestFinished(() => server.stop());
    const stores = [1, 2].map(() => openStore(server.port, { timeLimit: TIME_LIMIT }));
    const load = startLoad(stores, { clients: CLIENTS, operations: OPERATIONS });
    for (const share of [0.25, 0.5, 0.75]) {
      await load.reached(share);
      await server.kill();
      await server.restart();
    }
    const history = await load.finish(openStore(server.port, PATIENT));
    expect(expectNothingLost("MariaDB, killed", history)).not.toEqual([]);
  });

  // Without one, as MariaDB comes, InnoDB shows others what is not on the disk yet. So here nobody looks
  // at what others do.
  test("by a server without a binary log that is killed", SLOW, async () => {
    const server = await startWithTables({ durable: true });
    onTestFinished(() => server.stop());
    const store = openStore(server.port, { timeLimit: TIME_LIMIT });
    const last = openStore(server.port, PATIENT);
    /** Of each session the version that was acknowledged last, 0 for its end, if nothing failed since. */
    const known = new Map<NewSessionRecord, number>();
    let ended = false;

    async function work(): Promise<void> {
      while (!ended) {
        const session = someSession({ authenticatedAt: null });
        try {
          await store.create(session, NOW);
          known.set(session, 1);
          for (const version of [2, 3]) {
            known.delete(session);
            await store.update(session, { set: { version: `${version}` } }, NOW);
            known.set(session, version);
          }
          if (known.size % 2 === 0) continue;
          known.delete(session);
          await store.delete(session);
          known.set(session, 0);
        } catch (error) {
          expect(error).toBeInstanceOf(StoreUnavailableError);
          await turn();
        }
      }
    }

    const working = Promise.all(Array.from({ length: CLIENTS }, work));
    working.catch(() => {});
    for (const count of [100, 200, 300]) {
      await until("much is written", () => known.size >= count);
      await server.kill();
      await server.restart();
    }
    ended = true;
    await working;
    for (const [session, version] of known) {
      expect((await last.read(session, NOW))?.version ?? 0).toBe(version);
    }
  });
});

test("a server that ends idle connections ends nothing else: the next call has a new one", async () => {
  const server = shared;
  const admin = open(server.port);
  onTestFinished(admin.close);
  const store = openStore(server.port);
  const record = someSession();
  await store.create(record, NOW);
  const others =
    "SELECT id FROM information_schema.processlist WHERE user = 'sojourn' AND id <> connection_id()";
  for (const { id } of await rowsOf(admin.pool, others)) await admin.pool.query(`KILL ${id}`);
  await until("they are gone", async () => (await rowsOf(admin.pool, others)).length === 0);
  expect(await until("it connects anew", () => store.read(record, NOW))).not.toBe(null);
});

test("a connection that is silently lost is not missing in the pool", async () => {
  const line = await startProxy(shared.port);
  onTestFinished(() => line.stop());
  const { database, pool, close } = open(line.port, { connectionLimit: 1 });
  onTestFinished(close);
  const store = sqlStore(database, { timeLimit: 200 });
  const record = someSession();
  await until("it is there", () => store.create(record, NOW));
  const [first] = await rowsOf(pool, "SELECT connection_id() AS id");
  // From here on nothing comes back on the connection that is open, while new ones would work.
  line.drop();
  await expect(store.read(record, NOW)).rejects.toThrow(StoreUnavailableError);
  await line.heal();
  expect(await until("it is read", () => store.read(record, NOW))).not.toBe(null);
  const [second] = await rowsOf(pool, "SELECT connection_id() AS id");
  expect(second?.id).not.toBe(first?.id);
});
