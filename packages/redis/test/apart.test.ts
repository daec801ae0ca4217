import { createSessions, type Sessions, type SessionsOptions } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type RedisServer, startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

let server: RedisServer;
let client: Redis;
beforeAll(async () => {
  server = await startRedis();
  client = new Redis(server.port, "127.0.0.1");
});
afterAll(async () => {
  client.disconnect();
  await server.stop();
});
afterEach(() => client.flushall());

const HOUR = 3_600_000;

/** Two that do all alike, and even share their secret. */
function application(
  prefix: string,
  namespace: string,
  options: Partial<SessionsOptions> = {},
): Sessions {
  return createSessions({
    store: redisStore(client, { prefix, keepExpired: HOUR }),
    secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
    namespace,
    maxPerUser: 2,
    ...options,
  });
}

const handlesOf = async (sessions: Sessions) =>
  (await sessions.list("ada")).sessions.map(({ handle }) => handle);

describe.each([
  { difference: "prefixes", prefix: "admin:", namespace: "web" },
  { difference: "namespaces", prefix: "shop:", namespace: "admin" },
])("two applications on one Redis, with different $difference", ({ prefix, namespace }) => {
  let shop: Sessions;
  let admin: Sessions;
  beforeEach(() => {
    shop = application("shop:", "web");
    admin = application(prefix, namespace);
  });

  test("the token of one opens nothing in the other", async () => {
    const { token } = await shop.login("ada");
    const anonymous = await shop.create({ cart: 1 });
    expect(await admin.open(token)).toBeNull();
    expect(await admin.open(anonymous.token)).toBeNull();
    expect((await shop.open(token))?.userId).toBe("ada");
    await shop.drain();
  });

  test("one neither lists nor ends what is the other's", async () => {
    const { session, token } = await shop.login("ada");
    expect(await handlesOf(admin)).toEqual([]);
    expect(await admin.revoke("ada", session.handle)).toBe(false);
    expect(await admin.revokeAll("ada")).toBe(0);
    expect(await handlesOf(shop)).toEqual([session.handle]);
    expect(await shop.peek(token)).not.toBeNull();
  });

  test("what is revoked in one refuses no login to the other", async () => {
    const authenticatedAt = Date.now();
    await admin.revokeAll("ada");
    await expect(admin.login("ada", { authenticatedAt })).rejects.toThrow("revoked");
    await expect(shop.login("ada", { authenticatedAt })).resolves.toBeDefined();
  });

  test("each counts its own sessions towards the limit", async () => {
    const mine = [await shop.login("ada"), await shop.login("ada")];
    for (let i = 0; i < 5; i++) await admin.login("ada");
    expect(new Set(await handlesOf(shop))).toEqual(new Set(mine.map((one) => one.session.handle)));
    expect(await handlesOf(admin)).toHaveLength(2);
  });
});

test("applications with one prefix and one namespace are one", async () => {
  const { session } = await application("shop:", "web").login("ada");
  expect(await handlesOf(application("shop:", "web"))).toEqual([session.handle]);
});

test("what expires in one is no news to an application with another prefix", async () => {
  let now = Date.now();
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const [shop, admin] = ["shop:", "admin:"].map((prefix) => application(prefix, "web", { clock }));
  await shop?.login("ada");
  now += 2 * HOUR;
  expect(await admin?.sweep()).toBe(0);
  expect(await shop?.sweep()).toBe(1);
});
