import { setImmediate as turn } from "node:timers/promises";
import { StoreUnavailableError } from "@sojourn/core";
import { type RedisServer, startRedis, until } from "@sojourn/servers";
import { type FakeClock, fakeClock } from "@sojourn/testing";
import { Redis } from "ioredis";
import { createClient } from "redis";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { RedisClient } from "../src/client.ts";
import type { RedisConnection } from "../src/connection.ts";
import { connect } from "../src/internal/clients/connect.ts";
import { guard } from "../src/internal/guard.ts";
import { quiet } from "./clients/clients.ts";

const READ = ["HMGET", "k", "f"];
const COUNT = ["EVAL", "return redis.call('INCR', KEYS[1])", "1", "n"];

let server: RedisServer;
let ioredis: Redis;
let nodeRedis: RedisClient & { destroy(): void };
let clock: FakeClock;
const unhandled: unknown[] = [];
process.on("unhandledRejection", (reason) => unhandled.push(reason));

beforeAll(async () => {
  server = await startRedis();
  ioredis = quiet(new Redis(server.port));
  nodeRedis = await quiet(createClient({ socket: { port: server.port } })).connect();
});
beforeEach(() => (clock = fakeClock()));
afterAll(async () => {
  ioredis.disconnect();
  nodeRedis.destroy();
  await server.stop();
});

describe.each([
  ["ioredis", () => ioredis as RedisClient],
  ["node-redis", () => nodeRedis],
])("%s", (_name, clientOf) => {
  let connection: RedisConnection;
  let shift: number;
  beforeEach(async () => {
    shift = 0;
    const shifted = { ...clock, now: () => clock.now() + shift };
    connection = guard(connect(clientOf()), { timeLimit: 1_000, clock: shifted });
    await connection.send("k", READ);
  });

  /** With the server stopped, one call that waits until its time is over. */
  async function timeOut(): Promise<Error> {
    const call = connection.send("k", READ).catch((error: Error) => error);
    await clock.advance(1_000);
    return (await call) as Error;
  }

  async function hanging(during: () => Promise<void>): Promise<void> {
    server.pause();
    try {
      await during();
    } finally {
      server.resume();
      await until("the server answers", () => server.cli("PING"));
    }
  }

  test("one timer does for all calls, and is gone when they have been over for their time", async () => {
    await Promise.all(Array.from({ length: 10 }, () => connection.send("k", READ)));
    await connection.send("k", READ);
    expect(clock.sleeping).toBe(1);
    await clock.advance(1_000);
    expect(clock.sleeping).toBe(0);
  });

  test("a call ends with StoreUnavailableError when its time is over, not before", async () => {
    await hanging(async () => {
      let ended = false;
      const call = connection.send("k", READ).catch((error: Error) => error);
      void call.finally(() => (ended = true));
      await clock.advance(999);
      expect(ended).toBe(false);
      await clock.advance(1);
      expect(await call).toBeInstanceOf(StoreUnavailableError);
      expect(((await call) as Error).message).toMatch(/did not answer within 1000 ms/);
    });
  });

  test("each call has its own time", async () => {
    await hanging(async () => {
      const ends: string[] = [];
      const begin = (name: string) =>
        connection.send("k", READ).catch(() => void ends.push(`${name} at ${clock.now() - start}`));
      const start = clock.now();
      const first = begin("first");
      await clock.advance(300);
      const second = begin("second");
      await clock.advance(400);
      const third = begin("third");
      await clock.advance(2_000);
      await Promise.all([first, second, third]);
      expect(ends).toEqual(["first at 1000", "second at 1300", "third at 1700"]);
    });
  });

  test("after three in a row calls fail at once, and one a second tries", async () => {
    await hanging(async () => {
      for (let i = 0; i < 3; i++) expect((await timeOut()).message).toMatch(/did not answer/);
      await expect(connection.send("k", READ)).rejects.toThrow(/calls fail at once/);
      await expect(connection.send("k", READ)).rejects.toThrow(StoreUnavailableError);
      await clock.advance(999);
      await expect(connection.send("k", READ)).rejects.toThrow(/calls fail at once/);
      await clock.advance(1);
      const probe = connection.send("k", READ).catch((error: Error) => error);
      // The probe is under way: no other one tries.
      await expect(connection.send("k", READ)).rejects.toThrow(/calls fail at once/);
      await clock.advance(1_000);
      expect(((await probe) as Error).message).toMatch(/did not answer/);
    });
  });

  test("of a server that is gone one call waits, and the next ones fail at once until it is back", async () => {
    await server.kill();
    await until("the client knows", () => !isConnected(clientOf()));
    try {
      expect((await timeOut()).message).toMatch(/did not answer within 1000 ms. .+ not sent/);
      await expect(connection.send("k", READ)).rejects.toThrow(/calls fail at once/);
    } finally {
      await server.restart();
    }
    await until("both clients are back", () => [ioredis, nodeRedis].every(isConnected));
    await clock.advance(1_000);
    expect(await connection.send("k", READ)).toEqual([null]);
    expect(await connection.send("k", READ)).toEqual([null]);
  });

  test("the first answer ends that", async () => {
    await hanging(async () => {
      for (let i = 0; i < 3; i++) await timeOut();
    });
    await expect(connection.send("k", READ)).rejects.toThrow(/calls fail at once/);
    await clock.advance(1_000);
    expect(await connection.send("k", READ)).toEqual([null]);
    expect(await connection.send("k", READ)).toEqual([null]);
  });

  test("two time-outs, an answer, and two time-outs are not three in a row", async () => {
    await hanging(async () => {
      for (let i = 0; i < 2; i++) await timeOut();
    });
    await connection.send("k", READ);
    await hanging(async () => {
      for (let i = 0; i < 2; i++) await timeOut();
      expect((await timeOut()).message).toMatch(/did not answer/);
    });
  });

  test("an error of the server's is an answer too", async () => {
    await hanging(async () => {
      for (let i = 0; i < 3; i++) await timeOut();
    });
    await clock.advance(1_000);
    await expect(connection.send("k", ["EVALSHA", "0".repeat(40), "1", "k"])).rejects.toThrow(
      "NOSCRIPT",
    );
    await connection.send("k", READ);
  });

  test("a clock that was set back does not keep the store away", async () => {
    await hanging(async () => {
      for (let i = 0; i < 3; i++) await timeOut();
    });
    shift = -3_600_000;
    await expect(connection.send("k", READ)).resolves.toEqual([null]);
  });

  test("nor is a call under way given more than its time", async () => {
    await hanging(async () => {
      const first = connection.send("k", READ).catch((error: Error) => error);
      shift = -3_600_000;
      const second = connection.send("k", READ).catch((error: Error) => error);
      await clock.advance(1_000);
      expect(await first).toBeInstanceOf(StoreUnavailableError);
      expect(await second).toBeInstanceOf(StoreUnavailableError);
    });
  });

  test("an answer that comes too late changes nothing, and rejects nowhere", async () => {
    await server.cli("DEL", "n");
    await hanging(async () => {
      const call = connection.send("n", COUNT).catch((error: Error) => error);
      // Until it has left; what has not would be dropped.
      for (let i = 0; i < 3; i++) await turn();
      await clock.advance(1_000);
      expect((await call) as Error).toBeInstanceOf(StoreUnavailableError);
    });
    await until("it has run", async () => (await server.cli("GET", "n")) === "1");
    expect(await connection.send("n", COUNT)).toBe(2);
    expect(unhandled).toEqual([]);
  });
});

function isConnected(client: object): boolean {
  return "isReady" in client ? client.isReady === true : (client as Redis).status === "ready";
}

test("what a client throws at once is a failure like any other", async () => {
  const clock = fakeClock();
  const broken = {
    send(): Promise<never> {
      throw new TypeError("of k3y and d4ta");
    },
  };
  const { send } = guard(broken, { clock });
  for (let i = 0; i < 4; i++) {
    await expect(send("k", READ)).rejects.toThrow(
      /^The connection to Redis failed\. .+ not sent\.$/,
    );
    await clock.advance(2_000);
  }
});
