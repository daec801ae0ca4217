import type { SessionRef, Store } from "@sojourn/core";
import { replicatedStore, type ReplicationEvent } from "@sojourn/replicated";
import { type RedisServer, startRedis } from "@sojourn/servers";
import {
  runStoreCase,
  storeCases,
  type StoreFactory,
  type StoreUnderTest,
  testStore,
} from "@sojourn/testing/suites";
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { type Backend, inRedis, inSqlite } from "./sqlite-and-redis.ts";

// Two hundred callers that read and write one session until each had its turn, twenty thousand calls.
if (process.env.SOJOURN_FULL !== "1") vi.setConfig({ testTimeout: 120_000 });

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

type Make = (timeLimit: number) => Promise<Backend>;

const redis: Make = (timeLimit) => inRedis(server, timeLimit);

/** A store of two, which are cut off together. */
async function ofTwo(make: readonly [Make, Make], timeLimit: number) {
  const [primary, replica] = [await make[0](timeLimit), await make[1](timeLimit)];
  const store = replicatedStore({ primary: primary.store, replicas: [replica.store] });
  const both = (act: "disconnect" | "stall") => async () => {
    await Promise.all([primary[act](), replica[act]()]);
  };
  return {
    store,
    disconnect: both("disconnect"),
    stall: both("stall"),
    damage: primary.damage,
    async close() {
      await store.close();
      await Promise.all([primary.close(), replica.close()]);
    },
  };
}

function patient(...make: [Make, Make]): StoreFactory {
  return async (): Promise<StoreUnderTest> => {
    const { store, damage, close } = await ofTwo(make, 20_000);
    return { store, damage, close };
  };
}

const failing = storeCases.filter(({ needs }) => needs === "disconnect" || needs === "stall");

const FULL = process.env.SOJOURN_FULL === "1";

for (const [name, make] of Object.entries<[Make, Make]>({
  "SQLite, copied to Redis": [inSqlite, redis],
  ...(FULL && { "Redis, copied to SQLite": [redis, inSqlite] }),
})) {
  testStore(`replicated, ${name}`, patient(...make), { handlesComeOnce: true });

  test.each(failing)(`store: replicated, ${name} > $title`, async (storeCase) => {
    expect(await runStoreCase(storeCase, () => ofTwo(make, 300))).toBe("passed");
  });
}

/** The two hold the same at these. */
async function expectSame(a: Backend, b: Backend, refs: readonly SessionRef[]): Promise<void> {
  for (const partition of new Set(refs.map((ref) => ref.partition))) {
    const handles = refs.filter((ref) => ref.partition === partition).map((ref) => ref.handle);
    const [held, copied] = await Promise.all(
      [a, b].map(({ store }) => store.powers.replica.states(partition, handles, NOW)),
    );
    expect(sorted(copied)).toEqual(sorted(held));
  }
}

function sorted(states: readonly unknown[] = []): readonly string[] {
  return states.map((state) => JSON.stringify(state)).toSorted();
}

/** Logins, changes, logouts, and an end of all of a user's sessions. Gives all places. */
async function write(store: Store, round: string): Promise<readonly SessionRef[]> {
  const refs: SessionRef[] = [];
  for (let user = 0; user < 5; user++) {
    const partition = `${round}-${user}`.padEnd(16, "_");
    for (let i = 0; i < 10; i++) {
      const record = newRecord(partition, handle(`${i}`));
      refs.push(record);
      await store.create(record, NOW);
      if (i % 2 === 0) await store.update(record, { set: { i: `${i}` } }, NOW);
      if (i % 3 === 0) await store.delete(record);
    }
    if (user === 4) await store.deleteAll(partition, NOW);
  }
  return refs;
}

async function both(...make: [Make, Make]): Promise<[Backend, Backend]> {
  const [primary, replica] = [await make[0](1_000), await make[1](1_000)];
  onTestFinished(async () => {
    await primary.close();
    await replica.close();
  });
  return [primary, replica];
}

test.each<[string, [Make, Make]]>([
  ["Redis, and SQLite", [redis, inSqlite]],
  ["SQLite, and Redis", [inSqlite, redis]],
])("%s catches up with what was written while it was away", async (_name, make) => {
  const [primary, replica] = await both(...make);
  const events: ReplicationEvent[] = [];
  const options = {
    maxQueued: 10,
    backOff: { first: 10, longest: 50 },
    onEvent: (event: ReplicationEvent) => events.push(event),
  };
  const store = replicatedStore({ primary: primary.store, replicas: [replica.store], ...options });
  const before = await write(store, "before");
  expect(await store.drain()).toBe(true);

  await replica.disconnect();
  const meanwhile = await write(store, "meanwhile");
  for (const ref of before.slice(0, 10)) await store.delete(ref);
  await replica.restore();
  expect(await store.drain({ within: 20_000 })).toBe(true);
  await store.close();

  expect(events.map(({ type }) => type)).toContain("queue_overflow");
  await expectSame(primary, replica, [...before, ...meanwhile]);
  for (const ref of before.slice(0, 10)) expect(await replica.store.read(ref, NOW)).toBe(null);
});

test("SQLite catches up with what other processes had to send when they ended", async () => {
  const [primary, replica] = await both(redis, inSqlite);
  const refs = await write(primary.store, "never sent");
  const store = replicatedStore({ primary: primary.store, replicas: [replica.store] });
  await store.read(newRecord("nobody", "nowhere"), NOW);
  expect(await store.drain({ within: 20_000 })).toBe(true);
  await store.close();
  await expectSame(primary, replica, refs);
});
