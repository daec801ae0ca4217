import { redisStore } from "@sojourn/redis";
import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startCluster,
  startProxy,
  startRedis,
  startSentinel,
} from "@sojourn/servers";
import {
  runStoreCase,
  type StoreCase,
  storeCases,
  type StoreUnderTest,
  testStore,
} from "@sojourn/testing/suites";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  clustered,
  type Connect,
  type Connected,
  everyTime,
  standalone,
  throughSentinel,
} from "./clients/clients.ts";

const HOUR = 3_600_000;
const PREFIX = "suite:";

let server: RedisServer;
let cluster: RedisCluster;
let sentinel: RedisSentinel;

beforeAll(async () => {
  [server, cluster, sentinel] = await Promise.all([startRedis(), startCluster(), startSentinel()]);
}, 60_000);

afterAll(() => Promise.all([server.stop(), cluster.stop(), sentinel.stop()]));

/** The store on this client, and how to damage what lies under it. */
function storeOn(
  { client, close }: Connected,
  redis: RedisServer,
  timeLimit = 20_000,
): StoreUnderTest {
  return {
    store: redisStore(client, { prefix: PREFIX, keepExpired: HOUR, timeLimit }),
    async damage({ partition, handle }) {
      await redis.cli("-c", "HSET", `${PREFIX}{${partition}}`, handle, "1\n1\nno record");
    },
    close: async () => void (await close()),
  };
}

/** Behind a proxy that fails, and with a time limit that is soon over. */
async function runFailing(storeCase: StoreCase, connect: Connect<number>): Promise<string> {
  return runStoreCase(storeCase, async () => {
    const proxy = await startProxy(server.port);
    const { store, close } = storeOn(await connect(proxy.port), server, 500);
    return {
      store,
      disconnect: () => proxy.cut(),
      stall: async () => proxy.stall(),
      async close() {
        await close?.();
        await proxy.stop();
      },
    };
  });
}

const failing = storeCases.filter(({ needs }) => needs === "disconnect" || needs === "stall");

for (const [name, connect] of everyTime(standalone)) {
  testStore(`Redis, through ${name}`, async () => storeOn(await connect(server.port), server));

  test.each(failing)(`store: Redis, through ${name} > $title`, async (storeCase) => {
    expect(await runFailing(storeCase, connect)).toBe("passed");
  });
}

for (const [name, connect] of everyTime(clustered)) {
  testStore(`Redis Cluster, through ${name}`, async () => {
    const ports = cluster.nodes.map(({ port }) => port);
    return storeOn(await connect({ ports }), cluster.nodes[0] as RedisServer);
  });
}

// ioredis has one class for both, and only the address from Sentinel; node-redis has one for each.
const throughSentinelToo = everyTime(throughSentinel).filter(
  ([name]) => process.env.SOJOURN_FULL === "1" || !name.startsWith("ioredis"),
);
for (const [name, connect] of throughSentinelToo) {
  testStore(`Redis through Sentinel and ${name}`, async () =>
    storeOn(await connect(sentinel), await sentinel.primary()),
  );
}
