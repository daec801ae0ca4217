import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startRedis } from "@sojourn/servers";
import { afterAll, expect, test } from "vitest";
import { until } from "../until.ts";
import { isAlive, runProgram } from "./programs.ts";

const redis = await startRedis();
afterAll(() => redis.stop());

test("a redis-server answers on loopback, keeps every character, and writes nothing down", async () => {
  expect(await redis.cli("set", "key", "žluťoučký 🐎\n")).toBe("OK");
  expect(await redis.cli("get", "key")).toBe("žluťoučký 🐎\n");
  expect(await redis.cli("config", "get", "bind")).toBe("bind\n127.0.0.1");
  expect(await redis.cli("config", "get", "save")).toBe("save\n");
  expect(await redis.cli("config", "get", "appendonly")).toBe("appendonly\nno");
  expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
});

test("an error of Redis is an error of cli", async () => {
  await expect(redis.cli("set", "key")).rejects.toThrow("wrong number of arguments");
});

test("a killed server is gone, and comes back on its port, empty", async () => {
  await redis.cli("set", "key", "value");
  const { pid } = redis;
  await redis.kill();
  expect(redis.running).toBe(false);
  await expect(redis.cli("ping")).rejects.toThrow("Connection refused");
  await redis.restart();
  expect(redis.running).toBe(true);
  expect(redis.pid).not.toBe(pid);
  expect(await redis.cli("exists", "key")).toBe("0");
});

test("a paused server answers when it is resumed", async () => {
  redis.pause();
  const answer = redis.cli("ping");
  expect(redis.running).toBe(false);
  expect(await Promise.race([answer, sleep(100, "silence")])).toBe("silence");
  redis.resume();
  expect(await answer).toBe("PONG");
});

test("what was asked to be persistent survives a kill", async () => {
  const durable = await startRedis({ args: ["--appendonly", "yes"] });
  await durable.cli("set", "key", "value");
  await durable.restart();
  expect(await durable.cli("get", "key")).toBe("value");
  const [, folder = ""] = (await durable.cli("config", "get", "dir")).split("\n");
  expect(existsSync(folder)).toBe(true);
  await durable.stop();
  expect(existsSync(folder)).toBe(false);
});

test("a port that is taken, and an option that Redis doesn't know, are errors that say so", async () => {
  const other = createServer();
  await once(other.listen(0, "127.0.0.1"), "listening");
  const { port } = other.address() as { port: number };
  await expect(startRedis({ port })).rejects.toThrow("Address already in use");
  other.close();
  await expect(startRedis({ args: ["--no-such", "1"] })).rejects.toThrow("no-such");
});

test("where redis-server is missing, the error says what to install", async () => {
  const { PATH } = process.env;
  process.env.PATH = "/nowhere";
  try {
    await expect(startRedis()).rejects.toThrow("apt-get install redis-server");
    await expect(redis.cli("ping")).rejects.toThrow("apt-get install redis-tools");
  } finally {
    process.env.PATH = PATH;
  }
});

test("the server, paused or not, ends with a process that is killed, and leaves no folder", async () => {
  const { printed, kill } = await runProgram(`
    import { startRedis } from "@sojourn/servers";
    const [one, two] = [await startRedis(), await startRedis()];
    two.pause();
    console.log(JSON.stringify([one.pid, two.pid, one.folder]));
    setInterval(() => {}, 1000);
  `);
  const [one, two, folder] = printed as [number, number, string];
  expect([one, two].map(isAlive)).toEqual([true, true]);
  kill();
  await until("all is gone", () => !isAlive(one) && !isAlive(two) && !existsSync(folder));
});

test("a process that forgot to stop its server ends all the same, and the server with it", async () => {
  const { printed, ended } = await runProgram(`
    import { startRedis } from "@sojourn/servers";
    console.log((await startRedis()).pid);
  `);
  await ended;
  await until("the server is gone", () => !isAlive(printed as number));
});
