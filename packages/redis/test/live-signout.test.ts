import { createSessions } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import {
  type RedisCluster,
  type RedisServer,
  startCluster,
  startRedis,
  until,
} from "@sojourn/servers";
import { createClient, type TestClient } from "@sojourn/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clustered, type Connect, standalone } from "./clients/clients.ts";
import { cutListeners } from "./powers/channels.ts";

// A user signs out in one process, and what another process streams to them ends (J5): told by Redis,
// long before that process would look by itself.

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
/** How soon, in ms. */
const SOON = 1_000;

let server: RedisServer;
let cluster: RedisCluster;

beforeAll(async () => {
  [server, cluster] = await Promise.all([startRedis(), startCluster()]);
}, 60_000);

afterAll(() => Promise.all([server.stop(), cluster.stop()]));

/** One process: a client, a store and the application. */
async function processOn<To>(connect: Connect<To>, to: To) {
  const { client, close } = await connect(to);
  const store = redisStore(client, { prefix: "live:", onWarning() {} });
  const failed: string[] = [];
  const sessions = createSessions({
    store,
    secret: SECRET,
    // Not by looking: by being told.
    revalidate: "1h",
    onEvent: (event) => event.type === "background_failed" && failed.push(event.reason),
  });
  const fetch = sessions.fetch(async (request, { session }) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/login") await session.login("ada");
    if (pathname === "/logout") await session.logout();
    if (pathname === "/events") return streamUntil((await session.requireUser()).signal);
    return new Response("done");
  });
  return {
    sessions,
    fetch,
    failed,
    async close() {
      await sessions.drain();
      await store.close();
      await close();
    },
  };
}

function streamUntil(signal: AbortSignal): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode("data: hello\n\n"));
      signal.addEventListener("abort", () => controller.close());
    },
  });
  return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
}

/** A browser that talks to the first process, and has a stream from the second. */
async function streaming<To>(connect: Connect<To>, to: To) {
  const [here, there] = await Promise.all([processOn(connect, to), processOn(connect, to)]);
  const browser = createClient(here.fetch);
  await browser.post("/login");
  const stream = await openStream(browser, there.fetch);
  await there.sessions.drain();
  return {
    here,
    there,
    browser,
    stream,
    close: () => Promise.all([here.close(), there.close()]),
  };
}

async function openStream(browser: TestClient, at: (request: Request) => Promise<Response>) {
  const headers = { Cookie: browser.cookieHeader() as string };
  const { body } = await at(new Request("https://app.test/events", { headers }));
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  await reader.read();
  const stream = { ended: false };
  const read = async () => {
    while (!(await reader.read()).done);
    stream.ended = true;
  };
  void read();
  return stream;
}

async function endsSoon(stream: { readonly ended: boolean }, what: () => Promise<unknown>) {
  expect(stream.ended).toBe(false);
  const began = performance.now();
  await what();
  await until("the stream has ended", () => stream.ended);
  expect(performance.now() - began).toBeLessThan(SOON);
}

const nodes = () => ({ ports: cluster.nodes.map(({ port }) => port) });
const on: Record<string, () => ReturnType<typeof streaming>> = {
  "Redis, through ioredis": () =>
    streaming(standalone["ioredis 6"] as Connect<number>, server.port),
  "Redis, through node-redis": () =>
    streaming(standalone["node-redis 6"] as Connect<number>, server.port),
  "Redis Cluster, through ioredis": () =>
    streaming(clustered["ioredis 6"] as (typeof clustered)["ioredis 6"], nodes()),
  "Redis Cluster, through node-redis": () =>
    streaming(clustered["node-redis 6"] as (typeof clustered)["ioredis 6"], nodes()),
};

describe.each(Object.keys(on))("%s", (name) => {
  const open = on[name] as (typeof on)[string];

  test("a logout in one process ends the stream that another serves", async () => {
    const { browser, stream, here, there, close } = await open();
    try {
      await endsSoon(stream, () => browser.post("/logout"));
      expect([...here.failed, ...there.failed]).toEqual([]);
    } finally {
      await close();
    }
  });

  test("so does revoking everyone, whose mark the other has read before", async () => {
    const { stream, here, there, close } = await open();
    try {
      await endsSoon(stream, () => here.sessions.revokeEveryone());
      expect([...here.failed, ...there.failed]).toEqual([]);
    } finally {
      await close();
    }
  });
});

test("what was not heard, since the connection was away, is found once it is back", async () => {
  const { browser, stream, close } = await streaming(
    standalone["ioredis 6"] as Connect<number>,
    server.port,
  );
  try {
    await cutListeners([server]);
    await browser.post("/logout");
    await until("the stream has ended", () => stream.ended);
  } finally {
    await close();
  }
});
