import { type RedisServer, startCluster, startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { createClient, createClientPool, createCluster } from "redis";
import { createClient as createClient5 } from "redis-5";
import { afterAll, beforeAll, expect, test } from "vitest";
import { connect } from "../../src/internal/clients/connect.ts";
import type { RedisClient } from "../../src/client.ts";
import { clustered, type Connected, quiet, standalone } from "./clients.ts";

let server: RedisServer;
let cluster: Awaited<ReturnType<typeof startCluster>>;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster({ replicas: 0 })]);
}, 60_000);
afterAll(() => Promise.all([server.stop(), cluster.stop()]));

/** Of every kind that a reply may be, with texts that might be taken for something else. */
const SCRIPT = "return {1, ARGV[1], false, {'0', ''}, redis.call('HGET', KEYS[1], 'f')}";
const TEXT = "5e3 \u{1F40E} \0 é";

async function repliesOf(client: RedisClient, key: string): Promise<unknown> {
  const { send } = connect(client);
  await send(key, ["EVAL", "return redis.call('HSET', KEYS[1], 'f', ARGV[1])", "1", key, "7"]);
  const read = await send(key, ["HMGET", key, "f", "absent"]);
  const deleted = await send(key, ["HDEL", key, "nothing"]);
  return [read, Number(deleted), await send(key, ["EVAL", SCRIPT, "1", key, TEXT])];
}

const expected = [["7", null], 0, [1, TEXT, null, ["0", ""], "7"]];

for (const [name, open] of Object.entries(standalone)) {
  test(`${name}: texts are texts, numbers are numbers, nothing is null`, async () => {
    const { client, close } = await open(server.port);
    expect(await repliesOf(client, "plain")).toEqual(expected);
    await close();
  });
}

for (const [name, open] of Object.entries(clustered)) {
  test(`${name}, Cluster: a command goes to the node that has its key`, async () => {
    const { client, close } = await open({ ports: cluster.nodes.map(({ port }) => port) });
    const owners = new Set();
    for (const key of ["{a}", "{b}", "{c}", "{d}", "{e}"]) {
      expect(await repliesOf(client, key)).toEqual(expected);
      owners.add((await cluster.ownerOf(await cluster.slotOf(key))).port);
    }
    expect(owners.size).toBeGreaterThan(1);
    await close();
  });
}

/** Options that change what other commands of the application send or get. */
const peculiar: Record<string, (port: number) => Connected | Promise<Connected>> = {
  "ioredis 6 with RESP3's shapes": (port) => {
    const client = new Redis({ port, protocol: 3, replyMapping: "resp3" });
    return { client, close: () => client.disconnect() };
  },
  "ioredis 6 with auto-pipelining": (port) => {
    const client = new Redis({ port, enableAutoPipelining: true });
    return { client, close: () => client.disconnect() };
  },
  "ioredis 5 with auto-pipelining": (port) => {
    const client = new Redis5({ port, enableAutoPipelining: true, lazyConnect: true });
    return { client, close: () => client.disconnect() };
  },
  "node-redis 6 that maps texts to buffers": async (port) => {
    const commandOptions = { typeMapping: { 36: Buffer, 43: Buffer, 58: String } };
    const client = await quiet(createClient({ socket: { port }, commandOptions })).connect();
    return { client, close: () => client.destroy() };
  },
  "a view of node-redis 6 that does": async (port) => {
    const client = await quiet(createClient({ socket: { port } })).connect();
    return { client: client.withTypeMapping({ 36: Buffer }), close: () => client.destroy() };
  },
  "node-redis 6 on RESP2": async (port) => {
    const client = await quiet(createClient({ socket: { port }, RESP: 2 })).connect();
    return { client, close: () => client.destroy() };
  },
  "node-redis 5 on RESP3": async (port) => {
    const commandOptions = { typeMapping: { 36: Buffer } };
    const options = { socket: { port }, RESP: 3, commandOptions } as const;
    const client = await quiet(createClient5(options)).connect();
    return { client, close: () => client.destroy() };
  },
  "another database": async (port) => {
    const client = await quiet(createClient({ socket: { port }, database: 3 })).connect();
    return { client, close: () => client.destroy() };
  },
};

for (const [name, open] of Object.entries(peculiar)) {
  test(`${name}: replies are the same`, async () => {
    const { client, close } = await open(server.port);
    expect(await repliesOf(client, "peculiar")).toEqual(expected);
    await close();
  });
}

test("ioredis with stringNumbers: a number comes as a text", async () => {
  const client = new Redis({ port: server.port, stringNumbers: true });
  expect(await connect(client).send("n", ["EVAL", "return {7}", "1", "n"])).toEqual(["7"]);
  client.disconnect();
});

test("a client's keyPrefix goes before the key, as with all its commands", async () => {
  const { port } = server;
  const socket = { port };
  const pool = quiet(createClientPool({ socket, keyPrefix: "app:" }));
  await pool.connect();
  const clients = [
    new Redis({ port, keyPrefix: "app:" }),
    new Redis5({ port, keyPrefix: "app:", enableAutoPipelining: true }),
    await quiet(createClient({ socket, keyPrefix: "app:" })).connect(),
    pool,
  ] as const;
  for (const [i, client] of clients.entries()) {
    const { send } = connect(client);
    await send("k", ["EVAL", "return redis.call('HSET', KEYS[1], ARGV[1], 1)", "1", "k", `f${i}`]);
    expect(await send("k", ["HMGET", "k", `f${i}`])).toEqual(["1"]);
    expect(await server.cli("HEXISTS", "app:k", `f${i}`)).toBe("1");
  }
  expect(await server.cli("EXISTS", "k")).toBe("0");
  for (const client of clients) {
    if ("destroy" in client) client.destroy();
    else client.disconnect();
  }
});

test("on a Cluster too, where it is part of what is hashed", async () => {
  const rootNodes = cluster.nodes.map(({ port }) => ({ socket: { port } }));
  const client = createCluster({ rootNodes, keyPrefix: "app:" });
  await quiet(client).connect();
  const { send } = connect(client);
  for (const key of ["a", "b", "c", "d"]) {
    await send(key, ["EVAL", "return redis.call('HSET', KEYS[1], 'f', 1)", "1", key]);
    expect(await cluster.nodes[0]?.cli("-c", "HEXISTS", `app:${key}`, "f")).toBe("1");
  }
  client.destroy();
});
