import { type RedisServer, startCluster, startRedis } from "@sojourn/servers";
import { afterAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../src/internal/clients/connect.ts";
import { guard } from "../src/internal/guard.ts";
import { startCheck } from "../src/internal/start-check.ts";
import { clustered, type Connected, standalone } from "./clients/clients.ts";

const READ = ["HMGET", "k", "f"];
const servers: { stop(): Promise<void> }[] = [];
afterAll(() => Promise.all(servers.map((server) => server.stop())));

async function serve(...args: string[]): Promise<RedisServer> {
  const server = await startRedis({ args });
  servers.push(server);
  return server;
}

/** What is said when the store is first used. */
async function warnings(opening: Connected | Promise<Connected>): Promise<string[]> {
  const { client, close } = await opening;
  onTestFinished(async () => void (await close()));
  const heard: string[] = [];
  const asked: string[] = [];
  const { send } = guard(connect(client));
  const done = Promise.withResolvers<void>();
  const watched = {
    async send(key: string, command: readonly string[]) {
      const name = command.slice(0, 2).join(" ");
      asked.push(name);
      const reply = send(key, command);
      // What is made of the last answer is known a turn later.
      const last = () => setImmediate(done.resolve);
      reply.then(() => name === "INFO replication" && last(), last);
      return reply;
    },
  };
  const checked = startCheck(watched, { onWarning: (message) => heard.push(message) });
  for (let i = 0; i < 3; i++) expect(await checked.send("k", READ)).toEqual([null]);
  await done.promise;
  expect(asked.filter((name) => name.startsWith("INFO")).length).toBeLessThanOrEqual(2);
  return heard;
}

describe.each(Object.entries(standalone))("%s", (_name, open) => {
  test("a memory limit with a policy that evicts: a warning, once, with the remedy", async () => {
    const { port } = await serve("--maxmemory", "64mb", "--maxmemory-policy", "volatile-lru");
    expect(await warnings(open(port))).toEqual([
      expect.stringMatching(/volatile-lru.+Set maxmemory-policy noeviction/),
    ]);
  });
});

const open = standalone["ioredis 6"] as (port: number) => Connected;

test.each(["allkeys-lru", "allkeys-random", "volatile-ttl", "volatile-lfu"])(
  "%s would evict sessions too",
  async (policy) => {
    const { port } = await serve("--maxmemory", "64mb", "--maxmemory-policy", policy);
    expect(await warnings(open(port))).toHaveLength(1);
  },
);

test.each([
  ["no memory limit", ["--maxmemory-policy", "allkeys-lru"]],
  ["no eviction", ["--maxmemory", "64mb"]],
])("%s: nothing is said", async (_name, args) => {
  expect(await warnings(open((await serve(...args)).port))).toEqual([]);
});

test("a replica: nothing can be written there", async () => {
  const primary = await serve();
  const { port } = await serve("--replicaof", `127.0.0.1 ${primary.port}`);
  expect(await warnings(open(port))).toEqual([expect.stringMatching(/connected to a replica/)]);
});

test("a Cluster: its primaries are asked", async () => {
  const args = ["--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru"];
  const cluster = await startCluster({ replicas: 0, args });
  servers.push(cluster);
  for (const to of Object.values(clustered)) {
    expect(await warnings(to({ ports: cluster.nodes.map(({ port }) => port) }))).toHaveLength(1);
  }
});

test("an ACL that forbids to ask: nothing is said, and nothing fails", async () => {
  const server = await serve("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
  await server.cli("ACL", "SETUSER", "default", "-info");
  expect(await warnings((standalone["node-redis 6"] as typeof open)(server.port))).toEqual([]);
});

test("by default it is the console that hears of it", async () => {
  const { port } = await serve("--maxmemory", "64mb", "--maxmemory-policy", "allkeys-lru");
  const { client, close } = open(port);
  onTestFinished(async () => void (await close()));
  const warn = vi.spyOn(console, "warn").mockImplementation(() => {});
  onTestFinished(() => warn.mockRestore());
  await startCheck(guard(connect(client))).send("k", READ);
  await vi.waitFor(() =>
    expect(warn).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/^Sojourn: /)),
  );
});
