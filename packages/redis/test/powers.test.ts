import type { StorePowers } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type RedisServer, startProxy, startRedis } from "@sojourn/servers";
import { testMarks, testOnce, testReferences } from "@sojourn/testing/suites";
import { Redis } from "ioredis";
import { afterAll, beforeAll } from "vitest";

let server: RedisServer;

beforeAll(async () => {
  server = await startRedis();
});

afterAll(() => server.stop());

/** This power of two stores on one server, the first behind a proxy. */
async function under<Name extends "marks" | "references" | "once">(name: Name) {
  const proxy = await startProxy(server.port);
  const clients = [proxy.port, server.port].map((port) => new Redis(port, "127.0.0.1"));
  for (const client of clients) client.on("error", () => {});
  const [power, peer] = clients.map(
    (client) => redisStore(client, { prefix: "powers:", timeLimit: 500 }).powers[name],
  ) as [Required<StorePowers>[Name], Required<StorePowers>[Name]];
  return {
    power,
    peer,
    disconnect: () => proxy.cut(),
    stall: async () => proxy.stall(),
    async close() {
      for (const client of clients) client.disconnect();
      await proxy.stop();
    },
  };
}

testMarks("Redis", () => under("marks"));
testReferences("Redis", () => under("references"));
testOnce("Redis", () => under("once"));
