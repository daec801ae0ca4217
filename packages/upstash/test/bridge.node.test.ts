import { startRedis, startUpstashBridge, until } from "@sojourn/servers";
import { Redis } from "@upstash/redis";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";

const redis = await startRedis();
const bridge = await startUpstashBridge(redis.port, { token: "secret" });
// `retry: false` would still send a request twice.
const client = new Redis({ ...bridge, retry: { retries: 0 }, enableAutoPipelining: false });
beforeEach(() => bridge.reset());
afterEach(() => bridge.heal());
afterAll(async () => {
  await bridge.stop();
  await redis.stop();
});

test("requests and commands are counted", async () => {
  await client.set("key", "value");
  await client.pipeline().get("key").get("key").exec();
  expect([bridge.requests, bridge.commands]).toEqual([2, 3]);
});

test("any text arrives as it was, with answers in base64 and without", async () => {
  await client.set("key", "žluťoučký 🐎\0");
  expect(await redis.cli("strlen", "key")).toBe("19");
  const plain = new Redis({ ...bridge, responseEncoding: false });
  expect(await plain.get("key")).toBe("žluťoučký 🐎\0");
});

test("a command that Redis refuses is an error, alone and in a pipeline", async () => {
  await expect(client.incrbyfloat("key", NaN)).rejects.toThrow("ERR value is not a valid float");
  const results = await client.pipeline().incr("key").get("key").exec({ keepErrors: true });
  expect(results[0]?.error).toContain("ERR value is not an integer");
  expect(results[1]).toEqual({ error: undefined, result: "žluťoučký 🐎\0" });
});

test("a transaction is all or nothing", async () => {
  expect(await client.multi().set("n", 1).incr("n").exec()).toEqual(["OK", 2]);
  // Without a key Redis refuses it before it runs anything.
  await expect(client.multi().incr("n").del().exec()).rejects.toThrow("EXECABORT");
  expect(await client.get("n")).toBe(2);
});

test("a wrong token is refused, and Redis not asked", async () => {
  const stranger = new Redis({ ...bridge, token: "guess" });
  await expect(stranger.get("key")).rejects.toThrow("WRONGPASS");
  expect(bridge.commands).toBe(0);
});

test("messages come as events", async () => {
  const messages: unknown[] = [];
  const subscriber = client.subscribe<string>("news");
  subscriber.on("message", ({ message }) => messages.push(message));
  await until(
    "it is subscribed",
    async () => (await client.publish("news", "🐎, galloping")) === 1,
  );
  await until("it has come", () => messages.length > 0);
  expect(messages).toEqual(["🐎, galloping"]);
  await subscriber.unsubscribe();
  await until("Redis knows", async () => (await redis.cli("pubsub", "channels")) === "");
});

test("failing: with any status and body, Redis not asked, until healed", async () => {
  bridge.failWith(429, '{"error":"ERR max requests limit exceeded"}');
  await expect(client.incr("failing")).rejects.toThrow("max requests limit exceeded");
  bridge.failWith(502, "<html>Bad Gateway</html>");
  await expect(client.incr("failing")).rejects.toThrow("Unable to parse response body: <html>");
  bridge.heal();
  expect(await client.incr("failing")).toBe(1);
});

test("hanging: no answer; done or not, as told", async () => {
  for (const [when, done] of [
    ["before", "0"],
    ["after", "1"],
  ] as const) {
    bridge.reset();
    bridge.hang(when);
    const hanging = client.set(`hanging ${when}`, 1);
    if (when === "after") await until("Redis has it", () => bridge.commands === 1);
    else await until("it has come", () => bridge.requests === 1);
    bridge.heal();
    await expect(hanging).rejects.toThrow("fetch failed");
    expect(await redis.cli("exists", `hanging ${when}`)).toBe(done);
  }
});

test("truncated: done, and the answer is broken off", async () => {
  bridge.truncate();
  await expect(client.incr("truncated")).rejects.toThrow("terminated");
  expect(await redis.cli("get", "truncated")).toBe("1");
});

test("without Redis a request is an error, and with Redis again it is none", async () => {
  await redis.kill();
  await expect(client.get("key")).rejects.toThrow("ERR ");
  await redis.restart();
  expect(await client.get("key")).toBe(null);
});
