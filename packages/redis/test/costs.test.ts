import { createSessions, type Sessions } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { type Proxy, type RedisServer, startProxy, startRedis } from "@sojourn/servers";
import { createClient, fakeClock, type TestClient } from "@sojourn/testing";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";

/** Round trips as the proxy sees them, and Redis's own count of commands, those in scripts too. */
interface Cost {
  readonly roundTrips: number;
  readonly commands: Readonly<Record<string, number>>;
}

const SECRET = "dGhlIHNlY3JldCBvZiBhIHRlc3QsIDMyIGJ5dGVzIG9yIHNv";
const SECOND = 1_000;
const NONE: Cost = { roundTrips: 0, commands: {} };
const READ: Cost = { roundTrips: 1, commands: { hmget: 1 } };

let server: RedisServer;
let proxy: Proxy;
let redis: Redis;
let sessions: Sessions;
let browser: TestClient;
const clock = fakeClock();

beforeAll(async () => {
  server = await startRedis();
  proxy = await startProxy(server.port);
  // No command of the client's own among those that are counted.
  redis = new Redis(proxy.port, "127.0.0.1", { enableReadyCheck: false });
});

afterAll(async () => {
  redis.disconnect();
  await proxy.stop();
  await server.stop();
});

beforeEach(async () => {
  sessions = createSessions({ store: redisStore(redis), secret: SECRET, clock, onEvent: () => {} });
  const handle = sessions.fetch(async (request, { session }) => {
    switch (new URL(request.url).pathname) {
      case "/nothing":
        return new Response();
      case "/read":
        return Response.json((await session.get())?.userId ?? null);
      case "/write":
        (await session.getOrCreate()).data["note"] = "milk";
        return new Response();
      case "/login":
        return Response.json((await session.login("ada")).handle);
      case "/logout":
        await session.logout();
        return new Response();
      case "/others":
        return Response.json(await session.revokeOthers());
      case "/list":
        return Response.json((await sessions.list("ada")).sessions.length);
      default:
        return Response.json(await sessions.revokeAll("ada"));
    }
  });
  browser = createClient(handle);
  // The server has seen every script, and the look at its settings is over.
  for (const path of ["/write", "/login", "/write", "/list", "/others", "/all"]) {
    await browser.post(path);
    await sessions.drain();
  }
  browser = createClient(handle);
  await signIn();
});

afterEach(() => sessions.drain());

/** Signed in, and the new token has been seen: what comes now is the everyday. */
async function signIn(): Promise<void> {
  // Not in the millisecond of a revocation.
  clock.advance(SECOND);
  expect((await browser.post("/login")).status).toBe(200);
  expect(await (await browser.get("/read")).json()).toBe("ada");
  await sessions.drain();
}

async function costOf(run: () => Promise<unknown>): Promise<Cost> {
  await server.cli("CONFIG", "RESETSTAT");
  proxy.reset();
  await run();
  await sessions.drain();
  const roundTrips = proxy.chunksUp;
  const stats = await server.cli("INFO", "commandstats");
  const counted = [...stats.matchAll(/^cmdstat_(\S+):calls=(\d+)/gm)].map(
    ([, name = "", calls]) => [name, Number(calls)] as const,
  );
  const ours = counted.filter(([name]) => name !== "config|resetstat" && name !== "info");
  return { roundTrips, commands: Object.fromEntries(ours) };
}

/** The scripts of a cost, and the round trips: what runs inside a script is the layout's business. */
function outside({ roundTrips, commands }: Cost): object {
  const { evalsha = 0, eval: texts = 0, hmget = 0 } = commands;
  return { roundTrips, scripts: evalsha + texts, reads: hmget };
}

test("a request that does not ask for its session, or brings none, costs nothing", async () => {
  expect(await costOf(() => browser.get("/nothing"))).toEqual(NONE);
  expect(await costOf(() => browser.get("/read", { cookie: null }))).toEqual(NONE);
  const stranger = { cookie: "__Host-id=made-up" };
  expect(await costOf(() => browser.get("/read", stranger))).toEqual(NONE);
});

test("invariant 9: a read is one round trip and one command, and inside the touch interval writes nothing", async () => {
  expect(await costOf(() => browser.get("/read"))).toEqual(READ);
  clock.advance(59 * SECOND);
  // Once in five seconds the mark of revokeEveryone goes along, in the same round trip.
  const looking = { roundTrips: 1, commands: { hmget: 1, get: 1 } };
  expect(await costOf(() => browser.get("/read"))).toEqual(looking);
  expect(await costOf(() => browser.get("/read"))).toEqual(READ);
});

test("a read after the touch interval writes once", async () => {
  clock.advance(61 * SECOND);
  const cost = await costOf(() => browser.get("/read"));
  expect(outside(cost)).toEqual({ roundTrips: 2, scripts: 1, reads: 1 });
  expect(cost.commands).toMatchObject({ hset: 1 });
});

test("a write is one read and one script, a round trip each", async () => {
  const cost = await costOf(() => browser.post("/write"));
  expect(outside(cost)).toEqual({ roundTrips: 2, scripts: 1, reads: 1 });
});

test("a login is one script, and one read and one delete where there was an anonymous session", async () => {
  const visitor = browser;
  await visitor.post("/logout");
  const plain = await costOf(() => visitor.post("/login"));
  expect(plain.roundTrips).toBe(1);
  expect(plain.commands).toMatchObject({ evalsha: 1, hset: 1 });

  await visitor.post("/logout");
  await visitor.post("/write");
  await sessions.drain();
  const carried = await costOf(() => visitor.post("/login"));
  // The fourth tells connections of the anonymous session's end; no response waits for it.
  expect(carried.roundTrips).toBe(4);
  expect(carried.commands).toMatchObject({ evalsha: 1, hset: 1, hmget: 2, hdel: 1, publish: 1 });
});

test("a logout is one read and one delete, and connections elsewhere are told of it", async () => {
  const { roundTrips, commands } = await costOf(() => browser.post("/logout"));
  expect(roundTrips).toBe(3);
  expect(commands).toEqual({ hmget: 1, hdel: 1, publish: 1 });
});

test("a list is one script; a revocation of all another, and a list for whom its events name", async () => {
  const list = await costOf(() => browser.post("/list"));
  expect(outside(list)).toMatchObject({ roundTrips: 1, scripts: 1 });
  const all = await costOf(() => browser.post("/all"));
  expect(outside(all)).toMatchObject({ roundTrips: 3, scripts: 2 });
  expect(all.commands).toMatchObject({ publish: 1 });
});
