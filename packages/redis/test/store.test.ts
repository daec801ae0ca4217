import { type RedisClient, redisStore } from "@sojourn/redis";
import {
  type RedisCluster,
  type RedisServer,
  startCluster,
  startProxy,
  startRedis,
} from "@sojourn/servers";
import { type StoreUnderTest, testStore } from "@sojourn/testing/suites";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { createClient, createClientPool, createCluster } from "redis";
import { createClient as createClient5, createCluster as createCluster5 } from "redis-5";
import { afterAll, beforeAll } from "vitest";

const HOUR = 3_600_000;

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
}, 60_000);

afterAll(() => Promise.all([server.stop(), cluster.stop()]));

/** A client that the test may lose, and how to be rid of it. */
interface Connected {
  readonly client: RedisClient;
  close(): unknown;
}

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
    const client = await quiet(createClientPool({ url }, { maximum: 4 })).connect();
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

/** The store on this client, and how to damage what lies under it: through the same client. */
function storeOn({ client, close }: Connected, redis: () => RedisServer): StoreUnderTest {
  const prefix = "suite:";
  return {
    store: redisStore(client, { prefix, keepExpired: HOUR, timeLimit: 500 }),
    async damage({ partition, handle }) {
      await redis().cli("-c", "HSET", `${prefix}{${partition}}`, handle, "1\n1\nno record");
    },
    close: async () => void close(),
  };
}

for (const [name, connect] of Object.entries(standalone)) {
  testStore(`Redis, through ${name}`, async () => {
    const proxy = await startProxy(server.port);
    const under = storeOn(await connect(`redis://127.0.0.1:${proxy.port}`), () => server);
    return {
      ...under,
      disconnect: () => proxy.cut(),
      stall: async () => proxy.stall(),
      async close() {
        await under.close?.();
        await proxy.stop();
      },
    };
  });
}

for (const [name, connect] of Object.entries(clustered)) {
  testStore(`Redis Cluster, through ${name}`, async () => {
    const ports = cluster.nodes.map(({ port }) => port);
    return storeOn(await connect(ports), () => cluster.nodes[0] as RedisServer);
  });
}
