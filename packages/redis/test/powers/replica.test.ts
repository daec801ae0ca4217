import { redisStore } from "@sojourn/redis";
import { type RedisServer, startProxy, startRedis } from "@sojourn/servers";
import { testReplicaTarget, testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";
import { standalone, type Connect } from "../clients/clients.ts";

const HOUR = 3_600_000;

let server: RedisServer;

beforeAll(async () => (server = await startRedis()));
afterAll(() => server.stop());

let opened = 0;

for (const name of ["ioredis 6", "node-redis 6"]) {
  const connect = standalone[name] as Connect<number>;

  testReplicaTarget(`Redis, through ${name}`, async () => {
    const proxy = await startProxy(server.port);
    const connected = await Promise.all([connect(proxy.port), connect(server.port)]);
    const prefix = `replica ${opened++}:`;
    const [power, peer] = connected.map(({ client }) =>
      redisStore(client, { prefix, timeLimit: 500, replicable: true }),
    );
    return {
      power: power as NonNullable<typeof power>,
      peer: peer as NonNullable<typeof peer>,
      disconnect: () => proxy.cut(),
      stall: async () => proxy.stall(),
      async close() {
        for (const { close } of connected) await close();
        await proxy.stop();
      },
    };
  });
}

testStore("Redis, replicable", async () => {
  const { client, close } = await (standalone["ioredis 6"] as Connect<number>)(server.port);
  const prefix = "store:";
  return {
    store: redisStore(client, { prefix, keepExpired: HOUR, timeLimit: 5_000, replicable: true }),
    async damage({ partition, handle }) {
      await server.cli("HSET", `${prefix}{${partition}}`, handle, "1\n1\nno record");
    },
    close: async () => void close(),
  };
});
