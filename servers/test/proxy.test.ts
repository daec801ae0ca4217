import { startProxy, startRedis } from "@sojourn/servers";
import { afterAll, afterEach, expect, test } from "vitest";
import { ask, connect } from "../resp.ts";
import { until } from "../until.ts";

const redis = await startRedis();
const proxy = await startProxy(redis.port);
afterEach(() => proxy.heal());
afterAll(async () => {
  await proxy.stop();
  await redis.stop();
});

const GET = "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n";

test("it counts bytes both ways, round trips and connections", async () => {
  await redis.cli("set", "key", "value");
  const connection = connect(proxy.port);
  await connection.send("GET", "key");
  expect(proxy.connections).toBe(1);
  proxy.reset();
  await connection.send("GET", "key");
  await connection.send("GET", "key");
  expect(proxy.chunksUp).toBe(2);
  expect(proxy.bytesUp).toBe(2 * GET.length);
  expect(proxy.bytesDown).toBe(2 * "$5\r\nvalue\r\n".length);
  connection.close();
  await until("it is closed", () => proxy.connections === 0);
});

test("delay holds replies back, in order, and pipelined ones together", async () => {
  const connection = connect(proxy.port);
  await connection.send("PING");
  proxy.delay(200);
  const started = performance.now();
  expect(await Promise.all([connection.send("ECHO", "1"), connection.send("ECHO", "2")])).toEqual([
    Buffer.from("1"),
    Buffer.from("2"),
  ]);
  expect(performance.now() - started).toBeGreaterThan(190);
  connection.close();
});

test("dropped: the server has done it, the client never learns", async () => {
  const connection = connect(proxy.port);
  await connection.send("PING");
  proxy.drop();
  const lost = connection.send("INCR", "dropped");
  await until("it is done", async () => (await redis.cli("get", "dropped")) === "1");
  await proxy.heal();
  // What is dropped stays lost: this answer comes first.
  connection.send("PING").catch(() => {});
  expect(await lost).toBe("PONG");
  connection.close();
});

test("stalled: nothing arrives, nothing fails, and after healing nothing is missing", async () => {
  const connection = connect(proxy.port);
  await connection.send("PING");
  proxy.stall();
  proxy.reset();
  const later = connection.send("INCR", "stalled");
  await until("the proxy has it", () => proxy.chunksUp === 1);
  expect(await redis.cli("exists", "stalled")).toBe("0");
  await proxy.heal();
  expect(await later).toBe(1);
  connection.close();
});

test("cut: open connections break, new ones are refused, and healing is on the same port", async () => {
  const connection = connect(proxy.port);
  await connection.send("PING");
  await proxy.cut();
  await expect(connection.send("PING")).rejects.toThrow();
  await expect(ask(proxy.port, "PING")).rejects.toThrow("ECONNREFUSED");
  await proxy.heal();
  expect(await ask(proxy.port, "PING")).toBe("PONG");
});

test("cut in the middle of a reply: it was done; of a command: it was not; once", async () => {
  proxy.cutAfter(3);
  await expect(ask(proxy.port, "SET", "down", "1")).rejects.toThrow();
  expect(await ask(proxy.port, "EXISTS", "down")).toBe(1);
  proxy.cutAfter(10, "up");
  await expect(ask(proxy.port, "SET", "up", "1")).rejects.toThrow();
  expect(await ask(proxy.port, "EXISTS", "up")).toBe(0);
});

test("a server that is away is a connection that breaks", async () => {
  await redis.kill();
  await expect(ask(proxy.port, "PING")).rejects.toThrow(/ECONNRESET|closed/);
  await redis.restart();
  expect(await ask(proxy.port, "PING")).toBe("PONG");
});
