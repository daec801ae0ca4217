import { StoreUnavailableError } from "@sojourn/core";
import {
  type Proxy,
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startCluster,
  startProxy,
  startRedis,
  startSentinel,
  until,
} from "@sojourn/servers";
import { Cluster, Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/internal/clients/connect.ts";
import { guard } from "../../src/internal/guard.ts";
import {
  clustered,
  type Connect,
  type Connected,
  quiet,
  sever,
  standalone,
  throughSentinel,
  everyTime,
} from "./clients.ts";

const LIMIT = 400;
const KEY = "counter";
const COUNT = ["EVAL", "return redis.call('INCR', KEYS[1])", "1", KEY];
const READ = ["HMGET", "other{counter}", "f"];

/** A server behind a line that can be cut, and clients that know it by that line only. */
interface Line {
  readonly server: RedisServer;
  readonly proxy: Proxy;
  connect(): Connected | Promise<Connected>;
}

/** What ran while `fault` took place, as the server has counted it. */
async function counted({ server }: Line): Promise<number> {
  return Number(await server.cli("GET", KEY));
}

function runsOnce(name: string, lineOf: () => Promise<Line>): void {
  describe(name, () => {
    async function begin() {
      const line = await lineOf();
      onTestFinished(() => line.proxy.heal());
      const { client, close } = await line.connect();
      onTestFinished(async () => void (await close()));
      const { send } = guard(connect(client), { timeLimit: LIMIT });
      await until("the client is connected", () => send(KEY, READ));
      await line.server.cli("DEL", KEY);
      return { line, send };
    }

    /** Until the client has found the server again, and done whatever it still meant to do. */
    async function recovered(send: (key: string, command: string[]) => Promise<unknown>) {
      await until("the client has found the server again", () => send(KEY, READ));
      for (let i = 0; i < 5; i++) await send(KEY, READ);
    }

    test("a command that got through before the connection broke is not run again", async () => {
      const { line, send } = await begin();
      // The server gets the command, and the client no answer.
      line.proxy.drop();
      const sent = send(KEY, COUNT);
      sent.catch(() => {});
      await until("the command has run", async () => (await counted(line)) === 1);
      await sever(line.proxy);
      await line.proxy.heal();
      await expect(sent).rejects.toThrow(StoreUnavailableError);
      await recovered(send);
      expect(await counted(line)).toBe(1);
    });

    test("nor if the server comes back after the caller was told that it failed", async () => {
      const { line, send } = await begin();
      line.proxy.drop();
      const sent = send(KEY, COUNT);
      sent.catch(() => {});
      await until("the command has run", async () => (await counted(line)) === 1);
      await sever(line.proxy);
      await expect(sent).rejects.toThrow(StoreUnavailableError);
      await line.proxy.heal();
      await recovered(send);
      expect(await counted(line)).toBe(1);
    });

    test("a command that found no server is not sent once its caller was told so", async () => {
      const { line, send } = await begin();
      await sever(line.proxy);
      await expect(send(KEY, COUNT)).rejects.toThrow(StoreUnavailableError);
      await expect(send(KEY, COUNT)).rejects.toThrow(StoreUnavailableError);
      await line.proxy.heal();
      await recovered(send);
      expect(await counted(line)).toBe(0);
    });

    test("what hung in the line when the connection broke is run once at most", async () => {
      const { line, send } = await begin();
      line.proxy.stall();
      await expect(send(KEY, COUNT)).rejects.toThrow(StoreUnavailableError);
      await sever(line.proxy);
      await line.proxy.heal();
      await recovered(send);
      expect(await counted(line)).toBeLessThanOrEqual(1);
    });
  });
}

const running: { stop(): Promise<void> }[] = [];
afterAll(() => Promise.all(running.map((server) => server.stop())));

async function keep<Server extends { stop(): Promise<void> }>(
  starting: Promise<Server>,
): Promise<Server> {
  const server = await starting;
  running.push(server);
  return server;
}

describe("standalone", () => {
  let server: RedisServer;
  let proxy: Proxy;
  beforeAll(async () => {
    server = await keep(startRedis());
    proxy = await keep(startProxy(server.port));
  }, 60_000);

  const alone = (open: Connect<number>) => async () => ({
    server,
    proxy,
    connect: () => open(proxy.port),
  });
  for (const [name, open] of everyTime(standalone)) runsOnce(name, alone(open));
  runsOnce(
    "ioredis 6 with auto-pipelining",
    alone((port) => {
      const client = quiet(new Redis({ port, enableAutoPipelining: true }));
      return { client, close: () => client.disconnect() };
    }),
  );
  runsOnce(
    "ioredis 6 that waits for ever",
    alone((port) => {
      const client = quiet(new Redis({ port, maxRetriesPerRequest: null }));
      return { client, close: () => client.disconnect() };
    }),
  );
});

describe("Cluster", () => {
  let cluster: RedisCluster;
  let owner: RedisServer;
  const lines = new Map<number, Proxy>();
  beforeAll(async () => {
    cluster = await keep(startCluster({ replicas: 0 }));
    owner = await cluster.ownerOf(await cluster.slotOf(KEY));
    for (const { port } of cluster.nodes) lines.set(port, await keep(startProxy(port)));
  }, 60_000);

  const portOf = (port: number) => lines.get(port)?.port ?? port;
  const ofCluster =
    (open: (ports: number[]) => Connected | Promise<Connected>) => async (): Promise<Line> => ({
      server: owner,
      proxy: lines.get(owner.port) as Proxy,
      connect: () => open(cluster.nodes.map(({ port }) => portOf(port))),
    });
  for (const [name, open] of everyTime(clustered)) {
    runsOnce(
      name,
      ofCluster((ports) => open({ ports, portOf })),
    );
  }
  runsOnce(
    "ioredis 6 whose nodes reconnect",
    ofCluster((ports) => {
      const client = new Cluster(
        ports.map((port) => ({ host: "127.0.0.1", port })),
        {
          natMap: (address) => ({ host: "127.0.0.1", port: portOf(Number(address.split(":")[1])) }),
          clusterNodeRetryStrategy: () => 20,
        },
      );
      return { client: quiet(client), close: () => client.disconnect() };
    }),
  );
});

describe("Sentinel", () => {
  let group: RedisSentinel;
  let primary: RedisServer;
  let proxy: Proxy;
  beforeAll(async () => {
    group = await keep(startSentinel());
    primary = await group.primary();
    proxy = await keep(startProxy(primary.port));
  }, 60_000);

  // A sentinel client connects to the sentinels by the same map.
  const portOf = (port: number) => (port === primary.port ? proxy.port : port);
  for (const [name, open] of everyTime(throughSentinel)) {
    runsOnce(name, async () => ({
      server: primary,
      proxy,
      connect: () => open({ addresses: group.addresses, name: group.name, portOf }),
    }));
  }
});
