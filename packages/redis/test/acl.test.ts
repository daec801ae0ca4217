import { readFileSync } from "node:fs";
import { type RedisClient, redisStore } from "@sojourn/redis";
import { type RedisServer, startRedis } from "@sojourn/servers";
import {
  testChannel,
  testMarks,
  testOnce,
  testReferences,
  testStore,
} from "@sojourn/testing/suites";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, expect, test } from "vitest";

/** What the README tells the reader to type. */
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");
const [, rule = ""] = /^ACL (SETUSER .*)$/m.exec(readme) ?? [];

let server: RedisServer;
const closing: (() => void)[] = [];

beforeAll(async () => {
  server = await startRedis();
  await server.cli("ACL", ...rule.split(" "));
});

afterAll(async () => {
  for (const close of closing) close();
  await server.stop();
});

const clients: Record<string, () => Promise<RedisClient>> = {
  async ioredis() {
    const client = new Redis(`redis://sessions:a-password@127.0.0.1:${server.port}`);
    closing.push(() => client.disconnect());
    return client;
  },
  async "node-redis"() {
    const url = `redis://sessions:a-password@127.0.0.1:${server.port}`;
    const client = await createClient({ url }).connect();
    closing.push(() => client.destroy());
    return client;
  },
};

for (const [name, connect] of Object.entries(clients)) {
  const application = async () => redisStore(await connect(), { keepExpired: 60_000 });
  const suite = `as the user of the README's ACL, through ${name}`;

  testStore(suite, async () => ({ store: await application() }), { interleavings: 20 });
  testMarks(suite, async () => ({ power: (await application()).powers.marks }));
  testReferences(suite, async () => ({ power: (await application()).powers.references }));
  testOnce(suite, async () => ({ power: (await application()).powers.once }));
  testChannel(suite, async () => ({ power: (await application()).powers.channel }));

  test(`${suite}: the server's clock may be asked`, async () => {
    const { powers } = redisStore(await connect(), { clock: "server" });
    expect(await powers.once.redeem("what was over in 1970", 1, 0)).toBe(false);
  });
}

test("the user of the README's ACL may touch nothing else", async () => {
  const client = new Redis(`redis://sessions:a-password@127.0.0.1:${server.port}`);
  await expect(client.get("other")).rejects.toThrow("NOPERM");
  await expect(client.flushall()).rejects.toThrow("NOPERM");
  await expect(client.keys("*")).rejects.toThrow("NOPERM");
  await expect(client.subscribe("other")).rejects.toThrow("NOPERM");
  client.disconnect();
});

test("the README's ACL allows nothing that was not needed here", async () => {
  const stats = await server.cli("INFO", "commandstats");
  const used = new Set([...stats.matchAll(/^cmdstat_(\S+):calls=/gm)].map(([, name]) => name));
  // A subscription pings when nothing has come for some seconds; nothing here takes so long.
  const allowed = rule.split(" ").filter((word) => word.startsWith("+") && word !== "+ping");
  expect(allowed.filter((word) => !used.has(word.slice(1)))).toEqual([]);
});
