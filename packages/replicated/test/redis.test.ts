import { replicatedStore } from "@sojourn/replicated";
import { type RedisServer, startRedis } from "@sojourn/servers";
import { runStoreCase, storeCases, type StoreUnderTest, testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lineTo } from "./three-redis.ts";

let servers: readonly RedisServer[];
let cases = 0;

beforeAll(async () => {
  servers = await Promise.all([startRedis(), startRedis(), startRedis()]);
});

afterAll(() => Promise.all(servers.map((server) => server.stop())));

/** One primary and two replicas, each on a server of its own. */
async function onThree(timeLimit: number): Promise<StoreUnderTest> {
  const prefix = `case ${++cases}:`;
  const lines = await Promise.all(servers.map((server) => lineTo(server, prefix)));
  const [primary, ...replicas] = lines.map((line) => line.connect(timeLimit));
  const store = replicatedStore({
    primary: primary as (typeof replicas)[0],
    replicas,
    acknowledgeWithin: 20_000,
  });
  return {
    store,
    async damage({ partition, handle }) {
      await servers[0]?.cli("HSET", `${prefix}{${partition}}`, handle, "1\n1\nno record");
    },
    async disconnect() {
      await Promise.all(lines.map(({ proxy }) => proxy.cut()));
    },
    async stall() {
      for (const { proxy } of lines) proxy.stall();
    },
    async close() {
      await store.close();
      await Promise.all(lines.map((line) => line.close()));
    },
  };
}

testStore(
  "replicated, three Redis servers",
  async () => {
    const { store, damage, close } = await onThree(20_000);
    return { store, damage, close } as StoreUnderTest;
  },
  { handlesComeOnce: true, interleavings: 60 },
);

const failing = storeCases.filter(({ needs }) => needs === "disconnect" || needs === "stall");

test.each(failing)("store: replicated, three Redis servers > $title", async (storeCase) => {
  expect(await runStoreCase(storeCase, () => onThree(300))).toBe("passed");
});
