import { StoreUnavailableError } from "@sojourn/core";
import {
  type RedisCluster,
  type RedisSentinel,
  type RedisServer,
  startCluster,
  startRedis,
  startSentinel,
  until,
} from "@sojourn/servers";
import { Redis } from "ioredis";
import { Redis as Redis5 } from "ioredis-5";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { RedisConnection } from "../../src/connection.ts";
import { connect } from "../../src/internal/clients/connect.ts";
import { guard } from "../../src/internal/guard.ts";
import {
  clustered,
  type Connect,
  type Connected,
  quiet,
  standalone,
  throughSentinel,
  everyTime,
} from "./clients.ts";

const KEY = "k";
const ECHO = ["EVAL", "return ARGV[1]", "1", KEY];
const PATIENCE = { within: 25_000 };
const LONG = 60_000;

/** Sends all the time, and notes what comes of it. */
function load({ send }: RedisConnection) {
  const errors: unknown[] = [];
  let answers = 0;
  let wrong = 0;
  let ended = false;

  async function run(name: string): Promise<void> {
    for (let i = 0; !ended; i++) {
      const text = `${name}.${i}`;
      try {
        if ((await send(KEY, [...ECHO, text])) !== text) wrong++;
        answers++;
      } catch (error) {
        errors.push(error);
        // Not a busy loop: some calls fail at once.
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    }
  }
  const running = Array.from({ length: 8 }, (_, i) => run(`${i}`));

  return {
    /** Resolves when `count` more calls have been answered. */
    async answered(count: number): Promise<void> {
      const before = answers;
      await until("calls are answered", () => answers >= before + count, PATIENCE);
    },
    async failed(): Promise<void> {
      const before = errors.length;
      await until("calls fail", () => errors.length > before, PATIENCE);
    },
    async end() {
      ended = true;
      await Promise.all(running);
      return { errors, wrong };
    },
  };
}

async function under(
  open: Connected | Promise<Connected>,
  faults: (loaded: ReturnType<typeof load>) => Promise<void>,
): Promise<void> {
  const { client, close } = await open;
  onTestFinished(async () => void (await close()));
  const loaded = load(guard(connect(client)));
  try {
    await loaded.answered(100);
    await faults(loaded);
  } finally {
    const { errors, wrong } = await loaded.end();
    expect(wrong).toBe(0);
    for (const error of errors) expect(error).toBeInstanceOf(StoreUnavailableError);
  }
}

describe("a server that is killed under load, and started again", () => {
  let server: RedisServer;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.stop());

  test.each(everyTime(standalone))(
    "%s: is found again",
    async (_name, open) => {
      await under(open(server.port), async (loaded) => {
        for (let i = 0; i < 2; i++) {
          await server.kill();
          await loaded.failed();
          await server.restart();
          await loaded.answered(100);
        }
      });
    },
    LONG,
  );

  test.each(everyTime(standalone))(
    "%s: or that hung for a while",
    async (_name, open) => {
      await under(open(server.port), async (loaded) => {
        server.pause();
        await loaded.failed();
        server.resume();
        await loaded.answered(100);
      });
    },
    LONG,
  );
});

describe("a Cluster whose primary is lost under load", () => {
  let cluster: RedisCluster;
  beforeAll(async () => {
    cluster = await startCluster();
  }, LONG);
  afterAll(() => cluster.stop());
  const ports = () => cluster.nodes.map(({ port }) => port);
  const owner = async () => cluster.ownerOf(await cluster.slotOf(KEY));

  test.each(everyTime(clustered))(
    "%s: its replica is found",
    async (_name, open) => {
      const primary = await owner();
      onTestFinished(async () => {
        await primary.restart();
        await cluster.healthy();
      });
      await under(open({ ports: ports() }), async (loaded) => {
        await primary.kill();
        await loaded.failed();
        await loaded.answered(100);
      });
    },
    LONG,
  );

  test.each(everyTime(clustered))(
    "%s: also if it hangs",
    async (_name, open) => {
      const primary = await owner();
      onTestFinished(async () => {
        primary.resume();
        await cluster.healthy();
      });
      await under(open({ ports: ports() }), async (loaded) => {
        primary.pause();
        await loaded.failed();
        await loaded.answered(100);
      });
    },
    LONG,
  );

  test.each(everyTime(clustered))(
    "%s: a slot that moves is followed",
    async (_name, open) => {
      const slot = await cluster.slotOf(KEY);
      await under(open({ ports: ports() }), async (loaded) => {
        const from = await cluster.ownerOf(slot);
        const to = (await cluster.primaries()).find((node) => node !== from) as RedisServer;
        for (const { port } of [to, from]) {
          await cluster.moveSlot(slot, port);
          await loaded.answered(100);
        }
      });
    },
    LONG,
  );
});

describe("a primary that is lost under load, and replaced by sentinels", () => {
  let group: RedisSentinel;
  beforeAll(async () => {
    group = await startSentinel();
  }, LONG);
  afterAll(() => group.stop());

  test.each(everyTime(throughSentinel))(
    "%s: the new one is found",
    async (_name, open) => {
      const old = await group.primary();
      onTestFinished(async () => {
        await old.restart();
        await group.healthy();
      });
      await under(open(group), async (loaded) => {
        const killed = group.killPrimary();
        await loaded.failed();
        await killed;
        await loaded.answered(100);
      });
    },
    LONG,
  );

  const watchful: Record<string, Connect<RedisSentinel>> = {
    "ioredis 6 with failoverDetector": ({ addresses, name }) =>
      watching(new Redis({ sentinels: [...addresses], name, failoverDetector: true })),
    "ioredis 5 with failoverDetector": ({ addresses, name }) =>
      watching(new Redis5({ sentinels: [...addresses], name, failoverDetector: true })),
    "node-redis 6": throughSentinel["node-redis 6"] as Connect<RedisSentinel>,
    "node-redis 5": throughSentinel["node-redis 5"] as Connect<RedisSentinel>,
  };
  test.each(Object.entries(watchful))(
    "%s: also if the old one hangs",
    async (_name, open) => {
      const old = await group.primary();
      onTestFinished(async () => {
        old.resume();
        await group.healthy();
      });
      await under(open(group), async (loaded) => {
        old.pause();
        await loaded.failed();
        await loaded.answered(100);
      });
    },
    LONG,
  );
});

function watching(client: Redis | Redis5): Connected {
  return { client: quiet(client), close: () => client.disconnect() };
}
