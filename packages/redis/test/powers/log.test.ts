import { ConfigurationError, type PoweredStore, type ReplicaTarget } from "@sojourn/core";
import { type RedisClient, redisStore } from "@sojourn/redis";
import { createStore } from "@sojourn/redis/layout";
import { startReplicated } from "@sojourn/servers";
import { Cluster, Redis } from "ioredis";
import { createCluster } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import {
  handle,
  HOUR,
  keyOf,
  type Layout,
  MINUTE,
  newPartition,
  newRecord,
  PREFIX,
  put,
  SLACK,
  startLayout,
} from "../layout/redis.ts";

const NOW = 1_800_000_000_000;
const DAY = 24 * HOUR;
const LOG = [`${PREFIX}log`, `${PREFIX}log:deadlines`] as const;

type Replicable = PoweredStore<{ readonly replica: ReplicaTarget }>;

let layout: Layout;
beforeAll(async () => (layout = await startLayout()));
beforeEach(() => layout.client.flushall());
afterAll(() => layout.stop());

function replicable(options = {}, client = layout.client): Replicable {
  const all = { prefix: PREFIX, replicable: true, ...options };
  return createStore(layout.connection(client), all) as Replicable;
}

async function all({ powers: { replica } }: Replicable, now = NOW) {
  const outcome = await replica.changesSince(null, 1_000, now);
  if (outcome.status !== "changes" || outcome.more) throw new Error("All at once.");
  return outcome;
}

/** Everything that writes. */
async function everything(store: Replicable, partition: string, now: number): Promise<void> {
  const record = (i: number, data = {}) => newRecord(now, { partition, handle: handle(i), data });
  const limit = { max: 3, onLimit: "evict-least-recent" } as const;
  for (let i = 0; i < 5; i++)
    await store.create(record(i, { a: "x".repeat(800 * i) }), now, { limit });
  await store.create(record(5), now, { replaces: handle(4) });
  await store.update(record(5), { set: { a: "1" } }, now);
  await store.delete(record(5), { ifVersion: 2 });
  await store.delete(record(3));
  await store.deleteAll(partition, now);
  const { changes } = await all(store, now);
  const { replica } = store.powers;
  const states = changes.filter((state) => JSON.stringify(state).includes(partition));
  await replica.apply(states, now);
  const version = { ...record(6), version: 7 };
  await replica.apply([{ kind: "record", record: version, revision: now }], now);
  await replica.apply([{ kind: "not-before", partition, notBefore: now + 1 }], now);
  await replica.states(partition, [handle(5)], now);
}

for (const clock of ["application", "server"] as const) {
  test(`clock: ${clock}: scripts touch the partition's key and the log's two, and all go by themselves`, async () => {
    const partition = newPartition();
    const keys = [keyOf({ partition }), ...LOG].map((key) => `~${key}`);
    await layout.client.call("ACL", "SETUSER", "few", "reset", "on", ">secret", "+@all", ...keys);
    const client = new Redis(layout.url, { username: "few", password: "secret" });
    const now = await layout.now();
    const store = replicable({ clock }, client);
    await everything(store, partition, now);
    await expect(everything(store, newPartition(), now)).rejects.toThrow(/NOPERM|No permissions/);
    client.disconnect();
    const left = await layout.client.keys("*");
    expect(left.toSorted()).toEqual([...LOG, keyOf({ partition })].toSorted());
    for (const key of left) expect(await layout.client.pttl(key)).toBeGreaterThan(DAY - MINUTE);
  });
}

test("clock: server: revisions and tombstones go by the server's time", async () => {
  const [store, copy] = [
    replicable({ clock: "server" }),
    replicable({ prefix: "copy:", clock: "server" }),
  ];
  const before = await layout.now();
  const record = await put(store, newRecord(before), before - HOUR);
  const dead = await put(store, newRecord(before, { handle: handle(1) }), before - HOUR);
  await store.delete(dead);
  // An application whose clock is wrong by years.
  const { changes } = await all(store, 0);
  const after = await layout.now();
  const [live, tombstone] = changes;
  expect(live).toMatchObject({ kind: "record", record });
  const { revision } = live as Extract<typeof live, { kind: "record" }>;
  expect(revision).toBeGreaterThanOrEqual(before);
  expect(revision).toBeLessThanOrEqual(after);
  const { partition, expiresAt } = dead;
  expect(tombstone).toEqual({
    kind: "tombstone",
    ref: { partition, handle: handle(1) },
    expiresAt,
  });
  expect(await copy.powers.replica.apply(changes, 0)).toBe(2);
  expect(await copy.powers.replica.states(partition, [handle(1)], 0)).toEqual([tombstone]);
  expect(await copy.read(record, 0)).toEqual(record);
});

test("a tombstone keeps its key until the absolute deadline, though the session was idle long before", async () => {
  const store = replicable();
  const now = await layout.now();
  const record = await put(store, newRecord(now, { idleExpiresAt: now + MINUTE }), now);
  await store.delete(record);
  const kept = Number(await layout.client.call("PEXPIRETIME", keyOf(record)));
  expect(kept).toBeGreaterThanOrEqual(record.expiresAt + SLACK);
  const later = await put(store, newRecord(now), now);
  const { partition } = later;
  const ref = { partition, handle: handle(9) };
  const expiresAt = now + 9 * DAY;
  await store.powers.replica.apply([{ kind: "tombstone", ref, expiresAt }], now);
  const longer = Number(await layout.client.call("PEXPIRETIME", keyOf(ref)));
  expect(longer).toBeGreaterThanOrEqual(expiresAt);
});

test("the log forgets whose absolute deadline has passed, and is bounded by what lives", async () => {
  const store = replicable();
  let now = NOW;
  for (let i = 0; i < 60; i++) {
    const partition = newPartition();
    now += 2 * DAY;
    await put(store, newRecord(now, { partition }), now);
    await store.delete({ partition, handle: handle(0) });
    await store.deleteAll(partition, now);
    for (const key of LOG) expect(await layout.client.zcard(key)).toBeLessThanOrEqual(2 + 3);
  }
  expect((await all(store, now)).changes.length).toBe(2);
});

test("tombstones whose time has passed do not pile up in a user's hash", async () => {
  for (const limit of [{ max: 5, onLimit: "refuse" } as const, undefined]) {
    const store = replicable();
    const partition = newPartition();
    let now = NOW;
    for (let i = 0; i < 150; i++) {
      now += 2 * DAY;
      await store.create(newRecord(now, { partition, handle: handle(i) }), now, limit && { limit });
      await store.delete({ partition, handle: handle(i) });
      expect(await layout.client.hlen(keyOf({ partition }))).toBeLessThanOrEqual(limit ? 8 : 103);
    }
  }
});

test("a server that was emptied, and another one, are told from the one a cursor is of", async () => {
  const store = replicable();
  await put(store, newRecord(NOW), NOW);
  const { next } = await all(store);
  const { replica } = store.powers;
  expect(await replica.changesSince(next, 10, NOW)).toEqual({
    status: "changes",
    changes: [],
    next,
    more: false,
  });
  await layout.client.flushall();
  for (let i = 0; i < 3; i++) {
    expect(await replica.changesSince(next, 10, NOW)).toEqual({ status: "too-old" });
    await put(store, newRecord(NOW), NOW);
  }
});

test("a replica that was promoted lacks what was told last, and knows no cursor of before", async () => {
  const pair = await startReplicated();
  const clients = pair.nodes.map(({ port }) => new Redis(port));
  const [primary, promoted] = clients.map((client) => replicable({}, client));
  if (primary === undefined || promoted === undefined) throw new Error("Two.");
  await put(primary, newRecord(NOW), NOW);
  await pair.synced();
  pair.hold();
  const { partition } = newRecord(NOW);
  for (let i = 0; i < 3; i++)
    await put(primary, newRecord(NOW, { partition, handle: handle(i) }), NOW);
  const { next } = await all(primary);
  await pair.promote();
  // Here the places of what was lost are soon those of something else.
  for (let i = 0; i < 9; i++) await put(promoted, newRecord(NOW), NOW);
  const { replica } = promoted.powers;
  expect(await replica.changesSince(next, 10, NOW)).toEqual({ status: "too-old" });
  expect((await all(promoted)).changes.length).toBe(10);
  for (const client of clients) client.disconnect();
  await pair.stop();
});

test("what is no record does not keep all else from being copied, and has a tombstone when deleted", async () => {
  const store = replicable();
  const record = await put(store, newRecord(NOW), NOW);
  const damaged = await put(store, newRecord(NOW), NOW);
  await layout.client.hset(keyOf(damaged), damaged.handle, "1\n1\nno record");
  expect((await all(store)).changes).toEqual([{ kind: "record", record, revision: NOW }]);
  const { partition } = damaged;
  const { replica } = store.powers;
  const look = () => replica.states(partition, [damaged.handle], Date.now());
  await expect(look()).rejects.toMatchObject({ code: "corrupt-record" });
  expect(await store.delete(damaged)).toBe("deleted");
  expect(await look()).toMatchObject([{ kind: "tombstone" }]);
});

test("a client's own keyPrefix goes before the log's keys, too", async () => {
  const client = new Redis(layout.url, { keyPrefix: "app:" });
  const store = redisStore(client, { prefix: PREFIX, replicable: true });
  const record = await put(store, newRecord(NOW), NOW);
  expect((await all(store)).changes).toEqual([{ kind: "record", record, revision: NOW }]);
  const keys = [keyOf(record), ...LOG].map((key) => `app:${key}`);
  expect((await layout.client.keys("*")).toSorted()).toEqual(keys.toSorted());
  client.disconnect();
});

describe("who is replicable", () => {
  test("only who asks for it has the power, keeps a log and stores more", async () => {
    const store = redisStore(layout.client, { prefix: PREFIX });
    expect(Object.keys(store.powers)).not.toContain("replica");
    const record = await put(store, newRecord(NOW), NOW);
    await store.update(record, { set: { a: "1" } }, NOW);
    expect(await layout.client.keys("*")).toEqual([keyOf(record)]);
    expect(await layout.client.hkeys(keyOf(record))).toEqual([record.handle]);
    await store.delete(record);
    expect(await layout.client.keys("*")).toEqual([]);
  });

  test("a Cluster is not, and says why", async () => {
    const clients: RedisClient[] = [
      new Cluster([{ port: 1 }], { lazyConnect: true }),
      createCluster({ rootNodes: [] }),
    ];
    for (const client of clients) {
      const make = () => redisStore(client, { replicable: true });
      expect(make).toThrow(ConfigurationError);
      expect(make).toThrow(/Cluster has replicas of its own/);
      expect(Object.keys(redisStore(client).powers)).not.toContain("replica");
    }
  });

  test("yes or no, and nothing else", () => {
    const options = { replicable: "yes" } as unknown as { replicable: true };
    expect(() => redisStore(layout.client, options)).toThrow(ConfigurationError);
  });
});
