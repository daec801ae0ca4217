import { StoreUnavailableError } from "@sojourn/core";
import {
  type Proxy,
  type RedisServer,
  type Replicated,
  startCluster,
  startProxy,
  startRedis,
  startReplicated,
  startSentinel,
  until,
} from "@sojourn/servers";
import { Redis } from "ioredis";
import { createClient, createClientPool } from "redis";
import { createSentinel as createSentinel5 } from "redis-5";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RedisClient } from "../src/client.ts";
import { connect } from "../src/internal/clients/connect.ts";
import { type Durability, durable, type UnreplicatedEvent } from "../src/internal/durable.ts";
import { guard } from "../src/internal/guard.ts";
import {
  clustered,
  type Connected,
  quiet,
  sever,
  standalone,
  throughSentinel,
  everyTime,
} from "./clients/clients.ts";

const KEY = "counter";
const COUNT = ["EVAL", "return redis.call('INCR', KEYS[1])", "1", KEY];
const READ = ["HMGET", "other{counter}", "f"];
const LONG = 60_000;

/** Never over while a test looks around, however busy the machine is: a test ends a WAIT itself. */
const TIMEOUT = 30_000;

/** A primary, and how to hold its replicas back. */
interface Topology {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  hold(): void;
  release(): Promise<void>;
  connect(): Connected | Promise<Connected>;
  /** How many replicas there are; default 1. WAIT does not say which of them have it. */
  readonly copies?: number;
  /** For clients that cannot be duplicated. */
  second?(): Promise<Connected>;
}

async function open({ connect: to, second }: Topology, options: Partial<Durability> = {}) {
  const { client, close } = await to();
  const own = await second?.();
  const events: UnreplicatedEvent[] = [];
  const { connection, close: end } = durable(client, {
    replicas: 1,
    timeout: TIMEOUT,
    client: own?.client,
    onUnreplicated: (event) => events.push(event),
    ...options,
  });
  onTestFinished(async () => {
    await end();
    await close();
    await own?.close();
  });
  return { send: connection.send, main: guard(connect(client)).send, events, end };
}

async function stat(server: RedisServer, section: string, field: RegExp): Promise<number> {
  return Number(field.exec(await server.cli("INFO", section))?.[1] ?? 0);
}

const waits = (server: RedisServer) => stat(server, "commandstats", /cmdstat_wait:calls=(\d+)/);
const waiting = (server: RedisServer) => stat(server, "clients", /blocked_clients:(\d+)/);

/** Ends the WAIT that is under way, as if its time were over. */
async function timeOut(server: RedisServer): Promise<void> {
  await until("a WAIT is under way", async () => {
    const blocked = /^id=(\d+) .* flags=\w*b/m.exec(await server.cli("CLIENT", "LIST"))?.[1];
    return blocked !== undefined && (await server.cli("CLIENT", "UNBLOCK", blocked)) === "1";
  });
}

function waitsForReplicas(name: string, topology: () => Topology): void {
  describe(name, () => {
    test("what is acknowledged is on the replica", async () => {
      const copy = quiet(new Redis({ port: topology().replica.port, readOnly: true }));
      onTestFinished(() => copy.disconnect());
      const { send, events } = await open(topology(), { replicas: topology().copies ?? 1 });
      for (let i = 0; i < 10; i++) {
        const counted = await send(KEY, COUNT);
        expect(await copy.get(KEY)).toBe(`${counted}`);
      }
      expect(events).toEqual([]);
    });

    test("a replica that is held back: said, and nobody's reads wait for it", async () => {
      const { primary, hold, release } = topology();
      const { send, main, events } = await open(topology());
      await send(KEY, COUNT);
      await main(KEY, READ);
      hold();
      onTestFinished(release);
      let ended = false;
      const write = send(KEY, COUNT).finally(() => (ended = true));
      await until("a WAIT is under way", async () => (await waiting(primary)) > 0);
      for (let i = 0; i < 100; i++) expect(await main(KEY, READ)).toEqual([null]);
      // All these reads were answered while it still waited.
      expect(ended).toBe(false);
      expect(await waiting(primary)).toBeGreaterThan(0);
      expect(events).toEqual([]);
      await timeOut(primary);
      expect(await write).toBe(Number(await primary.cli("GET", KEY)));
      expect(events).toEqual([{ wanted: 1, reached: 0, writes: 1 }]);
    });

    test("the first writes may come together", async () => {
      const { send, events } = await open(topology());
      const counted = await Promise.all(Array.from({ length: 20 }, () => send(KEY, COUNT)));
      expect(new Set(counted).size).toBe(20);
      expect(events).toEqual([]);
    });

    test("writes that come together share a WAIT", async () => {
      const { primary } = topology();
      const { send, events } = await open(topology());
      await send(KEY, COUNT);
      const before = await waits(primary);
      const counted = await Promise.all(Array.from({ length: 200 }, () => send(KEY, COUNT)));
      expect(new Set(counted).size).toBe(200);
      expect((await waits(primary)) - before).toBeLessThan(40);
      expect(events).toEqual([]);
    });

    test("those that come while one is under way go together with the next", async () => {
      const { primary, hold, release } = topology();
      const { send, events } = await open(topology());
      await send(KEY, COUNT);
      hold();
      onTestFinished(release);
      const first = send(KEY, COUNT);
      await until("a WAIT is under way", async () => (await waiting(primary)) > 0);
      const later = Promise.all(Array.from({ length: 20 }, () => send(KEY, COUNT)));
      await timeOut(primary);
      await first;
      await timeOut(primary);
      await later;
      expect(events.map(({ writes }) => writes)).toEqual([1, 20]);
    });

    test("closing ends its connections, and not the application's", async () => {
      const { primary } = topology();
      const connections = () => stat(primary, "clients", /connected_clients:(\d+)/);
      const { send, main, end } = await open(topology());
      await main(KEY, READ);
      const write = send(KEY, COUNT);
      await end();
      expect(await write).toBe(Number(await primary.cli("GET", KEY)));
      const own = await connections();
      await main(KEY, READ);
      await until("they are gone", async () => (await connections()) <= own);
      await expect(send(KEY, COUNT)).rejects.toThrow(/has been closed/);
    });
  });
}

describe("a primary and a replica", () => {
  let replicated: Replicated;
  beforeAll(async () => {
    replicated = await startReplicated();
  }, LONG);
  afterAll(() => replicated.stop());

  for (const [name, to] of everyTime(standalone)) {
    if (name.startsWith("a pool")) continue;
    waitsForReplicas(name, () => ({
      ...replicated,
      connect: () => to(replicated.primary.port),
    }));
  }
  waitsForReplicas("a pool of node-redis 6, with a client beside it", () => ({
    ...replicated,
    connect: () => (standalone["a pool of node-redis 6"] as To)(replicated.primary.port),
    second: async () => (standalone["node-redis 6"] as To)(replicated.primary.port),
  }));
});

type To = (port: number) => Connected | Promise<Connected>;

describe("a Cluster", () => {
  let cluster: Awaited<ReturnType<typeof startCluster>>;
  let primary: RedisServer;
  let replica: RedisServer;
  beforeAll(async () => {
    cluster = await startCluster();
    primary = await cluster.ownerOf(await cluster.slotOf(KEY));
    replica = await cluster.replicaOf(primary.port);
  }, LONG);
  afterAll(() => cluster.stop());

  for (const [name, to] of everyTime(clustered)) {
    waitsForReplicas(name, () => ({
      primary,
      replica,
      hold: () => replica.pause(),
      async release() {
        replica.resume();
        await cluster.healthy();
      },
      connect: () => to({ ports: cluster.nodes.map(({ port }) => port) }),
    }));
  }
});

describe("Sentinel", () => {
  let group: Awaited<ReturnType<typeof startSentinel>>;
  let primary: RedisServer;
  let replicas: RedisServer[];
  beforeAll(async () => {
    group = await startSentinel();
    primary = await group.primary();
    replicas = group.nodes.filter((node) => node !== primary);
  }, LONG);
  afterAll(() => group.stop());

  const second = async () => {
    const client = createSentinel5({
      sentinelRootNodes: [...group.addresses],
      name: group.name,
      passthroughClientErrorEvents: true,
    });
    await quiet(client).connect();
    return { client, close: () => client.destroy() };
  };
  for (const [name, to] of everyTime(throughSentinel)) {
    waitsForReplicas(name, () => ({
      primary,
      replica: replicas[0] as RedisServer,
      copies: replicas.length,
      hold: () => replicas.forEach((one) => one.pause()),
      async release() {
        for (const one of replicas) one.resume();
        await group.healthy();
      },
      connect: () => to(group),
      ...(name === "node-redis 5" ? { second } : {}),
    }));
  }
});

describe("what goes wrong in between", () => {
  let replicated: Replicated;
  let proxy: Proxy;
  beforeAll(async () => {
    replicated = await startReplicated();
    proxy = await startProxy(replicated.primary.port);
  }, LONG);
  afterAll(() => Promise.all([replicated.stop(), proxy.stop()]));

  const through = (to: To): Topology => ({ ...replicated, connect: () => to(proxy.port) });

  const singles = everyTime(standalone).filter(([name]) => !name.startsWith("a pool"));
  describe.each(singles)("%s", (_name, to) => {
    test("the connection is lost during WAIT: the write stands, its copies are unknown", async () => {
      const { primary } = replicated;
      const { send, events } = await open(through(to));
      await send(KEY, COUNT);
      replicated.hold();
      onTestFinished(() => replicated.release());
      const write = send(KEY, COUNT);
      await until("a WAIT is under way", async () => (await waiting(primary)) > 0);
      await sever(proxy);
      await proxy.heal();
      expect(await write).toBe(Number(await primary.cli("GET", KEY)));
      expect(events).toEqual([
        { wanted: 1, reached: 0, writes: 1, error: expect.any(StoreUnavailableError) },
      ]);
    });

    test("the connection is lost before WAIT: that of the next one is not taken for it", async () => {
      const { primary } = replicated;
      const { send, main, events } = await open(through(to));
      const counted = async () => Number(await primary.cli("GET", KEY));
      const count = Number(await send(KEY, COUNT));
      replicated.hold();
      proxy.delay(150);
      onTestFinished(async () => {
        await proxy.heal();
        await replicated.release();
      });
      // The second is answered when the WAIT of the first is under way, so that its own comes later.
      const first = send(KEY, COUNT);
      await until("the first has run", async () => (await counted()) === count + 1);
      const second = send(KEY, COUNT);
      await until("the second has run", async () => (await counted()) === count + 2);
      await main(KEY, READ);
      await until("a WAIT is under way", async () => (await waiting(primary)) > 0);
      // On a fresh connection WAIT has nothing to wait for, and says at once that all is well.
      await sever(proxy);
      await proxy.heal();
      expect(await Promise.all([first, second])).toEqual([count + 1, count + 2]);
      const unknown = {
        wanted: 1,
        reached: 0,
        writes: 1,
        error: expect.any(StoreUnavailableError),
      };
      expect(events).toEqual([unknown, unknown]);
    });

    test("a server that is away: StoreUnavailableError, and found again", async () => {
      const { send, events } = await open(through(to), { timeout: 1_000 });
      await send(KEY, COUNT);
      await sever(proxy);
      await expect(send(KEY, COUNT)).rejects.toThrow(StoreUnavailableError);
      await proxy.heal();
      await until("it is found again", () => send(KEY, COUNT));
      // What was written while the connection was being made may not be vouched for.
      events.length = 0;
      await send(KEY, COUNT);
      expect(events).toEqual([]);
    });

    test("a script that the server doesn't know is said to be unknown", async () => {
      const { send, events } = await open(through(to));
      const unknown = ["EVALSHA", "0".repeat(40), "1", KEY];
      await expect(send(KEY, unknown)).rejects.toThrow("NOSCRIPT");
      expect(events).toEqual([]);
    });
  });

  test("an ACL without WAIT: the write stands, and the event says why", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    await server.cli("ACL", "SETUSER", "default", "-wait");
    const { send, events } = await open({
      ...replicated,
      connect: () => (standalone["ioredis 6"] as To)(server.port),
    });
    expect(await send(KEY, COUNT)).toBe(1);
    expect(events).toEqual([{ wanted: 1, reached: 0, writes: 1, error: expect.any(Error) }]);
    expect(events[0]?.error?.message).toMatch(/NOPERM/);
  });

  test("a listener that throws changes nothing", async () => {
    const server = await startRedis();
    onTestFinished(() => server.stop());
    const { send } = await open(
      { ...replicated, connect: () => (standalone["ioredis 6"] as To)(server.port) },
      {
        timeout: 10,
        onUnreplicated() {
          throw new Error("no");
        },
      },
    );
    expect(await send(KEY, COUNT)).toBe(1);
  });
});

describe("a slot that moves while it is written to", () => {
  test.each(everyTime(clustered))(
    "%s: every write is counted, and copied",
    async (_n, to) => {
      const cluster = await startCluster();
      onTestFinished(() => cluster.stop());
      const slot = await cluster.slotOf(KEY);
      const ports = cluster.nodes.map(({ port }) => port);
      const { send, events } = await open({ connect: () => to({ ports }) } as Topology);
      let acknowledged = 0;
      let ended = false;
      const writing = Array.from({ length: 4 }, async () => {
        while (!ended) {
          await send(KEY, COUNT);
          acknowledged++;
        }
      });
      const from = await cluster.ownerOf(slot);
      const target = (await cluster.primaries()).find((node) => node !== from) as RedisServer;
      // Halfway, when the key has moved and the slot has not, clients meet ASK.
      const pauseBetween = async () => {
        const before = acknowledged;
        await until("some more are acknowledged", () => acknowledged > before + 20);
      };
      for (const { port } of [target, from]) await cluster.moveSlot(slot, port, { pauseBetween });
      ended = true;
      await Promise.all(writing);
      expect(Number(await from.cli("GET", KEY))).toBe(acknowledged);
      expect(events).toEqual([]);
    },
    LONG,
  );
});

describe("a slot that is half moved", () => {
  test.each(everyTime(clustered))(
    "%s: the new node's replicas are asked",
    async (_n, to) => {
      const cluster = await startCluster();
      onTestFinished(() => cluster.stop());
      const slot = await cluster.slotOf(KEY);
      const ports = cluster.nodes.map(({ port }) => port);
      const { send, events } = await open({ connect: () => to({ ports }) } as Topology);
      await send(KEY, COUNT);
      const from = await cluster.ownerOf(slot);
      const target = (await cluster.primaries()).find((node) => node !== from) as RedisServer;
      const replica = await cluster.replicaOf(target.port);
      // The key has moved and the slot has not: the old node says ASK, and its replica is well.
      const pauseBetween = async (moved: number) => {
        if (moved === 0) return;
        replica.pause();
        const write = send(KEY, COUNT);
        await timeOut(target);
        expect(await write).toBe(2);
        replica.resume();
        expect(events).toEqual([{ wanted: 1, reached: 0, writes: 1 }]);
        expect(await send(KEY, COUNT)).toBe(3);
        expect(events).toHaveLength(1);
      };
      await cluster.moveSlot(slot, target.port, { pauseBetween });
    },
    LONG,
  );
});

describe("what is refused", () => {
  const client = createClient();
  test.each([
    { replicas: 0 },
    { replicas: 1.5 },
    { timeout: 0 },
    { timeout: -1 },
    { timeout: NaN },
  ])("%o", (wrong) => {
    expect(() => durable(client, { replicas: 1, timeout: 100, ...wrong })).toThrow(
      /replicas and timeout/,
    );
  });

  test.each<readonly [string, RedisClient]>([
    ["a pool", createClientPool()],
    [
      "a Sentinel client of node-redis 5",
      createSentinel5({ name: "a", sentinelRootNodes: [{ host: "127.0.0.1", port: 1 }] }),
    ],
  ])("%s, which cannot be duplicated: with what to pass", (_name, other) => {
    expect(() => durable(other, { replicas: 1, timeout: 100 })).toThrow(/durability\.client/);
  });

  test("the store's own client as the one for WAIT", () => {
    expect(() => durable(client, { replicas: 1, timeout: 100, client })).toThrow(
      /client of its own/,
    );
  });
});
