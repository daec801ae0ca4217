import { type RedisClient, redisStore } from "@sojourn/redis";
import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startCluster,
  startProxy,
  startRedis,
  startSentinel,
} from "@sojourn/servers";
import { runStoreCase, storeCases, type StoreUnderTest, testStore } from "@sojourn/testing/suites";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { createClient, createClientPool, createCluster } from "redis";
import { createClient as createClient5, createCluster as createCluster5 } from "redis-5";
import { afterAll, beforeAll, expect, test } from "vitest";

const HOUR = 3_600_000;

/** The earlier major versions and the pool: with the large numbers. `clients/` tests them always. */
const full = process.env["SOJOURN_FULL"] === "1";
const EVERY_TIME = ["ioredis 6", "redis 6"];

let server: RedisServer;
let cluster: RedisCluster;
let sentinel: RedisSentinel;

beforeAll(async () => {
  [server, cluster, sentinel] = await Promise.all([startRedis(), startCluster(), startSentinel()]);
}, 60_000);

afterAll(() => Promise.all([server.stop(), cluster.stop(), sentinel.stop()]));

/** A client that the test may lose, and how to be rid of it. */
interface Connected {
  readonly client: RedisClient;
  close(): unknown;
}

/** A client whose connections may be lost: without a listener the process would end. */
function quiet<T extends { on(event: "error", listener: () => void): unknown }>(client: T): T {
  client.on("error", () => {});
  return client;
}

const standalone: Record<string, (url: string) => Promise<Connected>> = {
  async "ioredis 6"(url) {
    const client = quiet(new Redis(url));
    return { client, close: () => client.disconnect() };
  },
  async "ioredis 5"(url) {
    const client = quiet(new Redis5(url));
    return { client, close: () => client.disconnect() };
  },
  async "redis 6"(url) {
    const client = await quiet(createClient({ url })).connect();
    return { client, close: () => client.destroy() };
  },
  async "redis 6, a pool"(url) {
    const client = quiet(createClientPool({ url }, { maximum: 4 }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
  async "redis 5"(url) {
    const client = await quiet(createClient5({ url })).connect();
    return { client, close: () => client.destroy() };
  },
};

const clustered: Record<string, (ports: readonly number[]) => Promise<Connected>> = {
  async "ioredis 6"(ports) {
    const client = quiet(new Cluster(ports.map((port) => ({ host: "127.0.0.1", port }))));
    return { client, close: () => client.disconnect() };
  },
  async "ioredis 5"(ports) {
    const client = quiet(new Cluster5(ports.map((port) => ({ host: "127.0.0.1", port }))));
    return { client, close: () => client.disconnect() };
  },
  async "redis 6"(ports) {
    const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
    const client = await quiet(createCluster({ rootNodes })).connect();
    return { client, close: () => client.destroy() };
  },
  async "redis 5"(ports) {
    const rootNodes = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
    const client = quiet(createCluster5({ rootNodes }));
    await client.connect();
    return { client, close: () => client.destroy() };
  },
};

/** The store on this client, and how to damage what lies under it. */
function storeOn(
  { client, close }: Connected,
  redis: () => RedisServer,
  timeLimit = 20_000,
): StoreUnderTest {
  const prefix = "suite:";
  return {
    store: redisStore(client, { prefix, keepExpired: HOUR, timeLimit }),
    async damage({ partition, handle }) {
      await redis().cli("-c", "HSET", `${prefix}{${partition}}`, handle, "1\n1\nno record");
    },
    close: async () => void close(),
  };
}

for (const [name, connect] of Object.entries(standalone)) {
  if (!full && !EVERY_TIME.includes(name)) continue;
  testStore(`Redis, through ${name}`, async () => storeOn(await connect(server.url), () => server));

  // With a time limit that is soon over, behind a proxy that fails.
  const failing = storeCases.filter(({ needs }) => needs === "disconnect" || needs === "stall");
  test.each(failing)(`store: Redis, through ${name} > $title`, async (storeCase) => {
    const ran = await runStoreCase(storeCase, async () => {
      const proxy = await startProxy(server.port);
      const connected = await connect(`redis://127.0.0.1:${proxy.port}`);
      const { store } = storeOn(connected, () => server, 500);
      return {
        store,
        disconnect: () => proxy.cut(),
        stall: async () => proxy.stall(),
        async close() {
          connected.close();
          await proxy.stop();
        },
      };
    });
    expect(ran).toBe("passed");
  });
}

for (const [name, connect] of Object.entries(clustered)) {
  if (!full && !EVERY_TIME.includes(name)) continue;
  testStore(`Redis Cluster, through ${name}`, async () => {
    const ports = cluster.nodes.map(({ port }) => port);
    return storeOn(await connect(ports), () => cluster.nodes[0] as RedisServer);
  });
}

testStore("Redis through Sentinel, ioredis 6", async () => {
  const client = quiet(new Redis({ name: sentinel.name, sentinels: [...sentinel.addresses] }));
  const primary = await sentinel.primary();
  return storeOn({ client, close: () => client.disconnect() }, () => primary);
});
