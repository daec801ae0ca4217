import { inspect } from "node:util";
import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, type Redis as Redis5 } from "ioredis-5";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import {
  createClient as createClient5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from "redis-5";
import { describe, expect, test } from "vitest";
import type { RedisClient } from "../../src/client.ts";
import { connect } from "../../src/internal/clients/connect.ts";
import { quiet } from "./clients.ts";

const lazyConnect = true;
const rootNodes = [{ socket: { host: "127.0.0.1", port: 1 } }];
const sentinelRootNodes = [{ host: "127.0.0.1", port: 1 }];

function refusal(client: unknown): string {
  try {
    connect(client as RedisClient);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    return (error as Error).message;
  }
  throw new Error("It was taken.");
}

describe("what is no client is refused, with what to pass instead", () => {
  test.each([
    ["nothing", undefined],
    ["null", null],
    ["options", { host: "127.0.0.1", port: 6379 }],
    ["a pipeline", new Redis({ lazyConnect }).pipeline()],
    ["node-redis's multi", createClient().multi()],
    ["node-redis's callback client", createClient().legacy()],
    ["a function", () => {}],
    ["a Map", new Map()],
  ])("%s", (_name, client) => {
    expect(refusal(client)).toMatch(/new Redis\(\).+createClient\(\).+Pass the client itself/);
  });

  test("a URL, of which the refusal says nothing", () => {
    const message = refusal("redis://user:hunter2@host:6379");
    expect(message).toMatch(/Pass the client itself/);
    expect(message).not.toMatch(/hunter2|host/);
  });

  test("a promise", () => {
    expect(refusal(Promise.resolve(createClient()))).toMatch(/Await it/);
  });

  test("what looks like node-redis 4", () => {
    const old = { isOpen: true, sendCommand() {}, duplicate() {} };
    expect(refusal(old)).toMatch(/node-redis 5 or later/);
  });

  test("a key prefix that is no text", () => {
    const client = createClient({ keyPrefix: Buffer.from("app:") });
    expect(refusal(client)).toMatch(/keyPrefix/);
  });
});

/** Clients that read from replicas, where that can be seen. */
const stale: readonly (readonly [string, RedisClient])[] = [
  ["scaleReads: slave", new Cluster([], { lazyConnect, scaleReads: "slave" })],
  ["scaleReads: all", new Cluster([], { lazyConnect, scaleReads: "all" })],
  [
    "a scaleReads function",
    new Cluster5([], { lazyConnect, scaleReads: (nodes: Redis5[]) => nodes }),
  ],
  ["readOnly", new Redis({ lazyConnect, readOnly: true })],
  [
    "the role of a slave",
    new Redis({ lazyConnect, sentinels: [...sentinelRootNodes], name: "main", role: "slave" }),
  ],
  ["readonly", createClient({ readonly: true })],
  ["useReplicas", createCluster({ rootNodes, useReplicas: true })],
  ["useReplicas of node-redis 5", createCluster5({ rootNodes, useReplicas: true })],
];

describe("a client that reads from replicas", () => {
  test.each(stale)("%s: is refused", (_name, client) => {
    expect(refusal(client)).toMatch(/staleReads: "accept"/);
  });

  test.each(stale)("%s: is taken where stale reads will do", (_name, client) => {
    expect(() => connect(client, { staleReads: "accept" })).not.toThrow();
  });
});

describe("a client that was never connected", () => {
  test.each<readonly [string, RedisClient]>([
    ["node-redis 6", createClient()],
    ["node-redis 5", createClient5()],
    ["a pool", createClientPool()],
    ["a Cluster client", createCluster({ rootNodes })],
    ["a Cluster client of node-redis 5", createCluster5({ rootNodes })],
    ["a Sentinel client", createSentinel({ sentinelRootNodes, name: "main" })],
    ["a Sentinel client of node-redis 5", createSentinel5({ sentinelRootNodes, name: "main" })],
  ])("%s: the first call says to connect it", async (_name, client) => {
    const error: unknown = await connect(client)
      .send("k", ["HMGET", "k", "f"])
      .catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailableError);
    expect(inspect(error)).toMatch(/await client\.connect\(\)/);
  });

  test("ioredis: or was closed", async () => {
    const client = quiet(new Redis({ lazyConnect, port: 1 }));
    client.disconnect();
    await expect(connect(client).send("k", ["HMGET", "k", "f"])).rejects.toThrow(/has been closed/);
  });
});
