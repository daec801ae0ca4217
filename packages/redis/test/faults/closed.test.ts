import { setTimeout as sleep } from "node:timers/promises";
import { createSessions } from "@sojourn/core";
import { requireUser, sessions } from "@sojourn/hono";
import { type Proxy, type RedisServer, startProxy, startRedis, until } from "@sojourn/servers";
import { createClient } from "@sojourn/testing";
import { History } from "@sojourn/servers/load";
import { Hono } from "hono";
import { describe, expect, type TestContext, test } from "vitest";
import { type Connect, standalone } from "../clients/clients.ts";
import { clientsOf, openStore } from "./stores.ts";

/** Shorter than the time from one probe to the next. */
const TIME_LIMIT = 300;

/** Longer than the time limit and anything else that takes long here. */
const LONG = 10_000;

interface Servers {
  readonly server: RedisServer;
  readonly proxy: Proxy;
}

interface Fault {
  readonly what: string;
  go(at: Servers): unknown;
  come(at: Servers): unknown;
  /** Whether commands that were sent meanwhile are run when it is back. */
  readonly runsLater: boolean;
}

const faults: readonly Fault[] = [
  {
    what: "down",
    go: ({ server }) => server.kill(),
    come: ({ server }) => server.restart(),
    runsLater: false,
  },
  {
    what: "cut off",
    go: ({ proxy }) => proxy.cut(),
    come: ({ proxy }) => proxy.heal(),
    runsLater: false,
  },
  {
    what: "paused",
    go: ({ server }) => server.pause(),
    come: ({ server }) => server.resume(),
    runsLater: true,
  },
  {
    what: "behind a line that stalls",
    go: ({ proxy }) => proxy.stall(),
    come: ({ proxy }) => proxy.heal(),
    runsLater: true,
  },
];

/** An application with its sessions on Redis. */
async function setUp(connect: Connect<number>, { onTestFinished }: TestContext) {
  const server = await startRedis({ args: ["--appendonly", "yes", "--appendfsync", "always"] });
  onTestFinished(() => server.stop());
  const proxy = await startProxy(server.port);
  onTestFinished(() => proxy.stop());
  const options = { timeLimit: TIME_LIMIT };
  const store = await openStore(connect, proxy.port, options, onTestFinished);
  const calls = new History();
  const application = createSessions({
    store: calls.of(store),
    secret: "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=",
  });
  const app = new Hono()
    .use(sessions(application))
    .get("/", (c) => c.text("Hello."))
    .get("/who", async (c) => c.text((await c.var.session.get())?.userId ?? "nobody"))
    .get("/me", requireUser(), (c) => c.text(c.var.userSession.userId))
    .post("/login/:user", async (c) => {
      await c.var.session.login(c.req.param("user"));
      return c.text("Welcome.");
    });

  /** A browser whose requests are answered, or the test fails. */
  function browser() {
    return createClient(async (request) => {
      const late = new AbortController();
      const tooLate = sleep(LONG, null, { signal: late.signal });
      tooLate.catch(() => {});
      const response = await Promise.race([app.fetch(request), tooLate]);
      late.abort();
      if (response === null) throw new Error("No answer, long after the time limit.");
      return response;
    });
  }
  return { server, proxy, application, calls: calls.entries, browser };
}

async function expectUnavailable(answer: Promise<Response>): Promise<void> {
  const response = await answer;
  expect(response.status).toBe(503);
  expect(await response.json()).toEqual({ error: "store-unavailable" });
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
}

/** The first answer that is no 503. */
async function answer(ask: () => Promise<Response>): Promise<Response> {
  const found = await until("an answer that is no 503", async () => {
    const response = await ask();
    return response.status === 503 ? null : response;
  });
  return found as Response;
}

describe.concurrent.each(clientsOf(standalone))("through %s", (name, connect) => {
  test.for(faults)(
    "Redis is $what: a session and a login are a 503, and all is as before when it is back",
    async ({ go, come, runsLater }, context) => {
      const world = await setUp(connect, context);
      const { application, calls, browser } = world;
      const [ada, eve, stranger] = [browser(), browser(), browser()];
      expect((await answer(() => ada.post("/login/ada"))).status).toBe(200);
      expect(await (await answer(() => ada.get("/me"))).text()).toBe("ada");
      await application.drain();

      await go(world);
      await expectUnavailable(eve.post("/login/eve"));
      await expectUnavailable(ada.get("/me"));
      await expectUnavailable(ada.get("/who"));
      await application.drain();
      const made = calls.length;
      expect(await (await stranger.get("/")).text()).toBe("Hello.");
      expect(await (await ada.get("/")).text()).toBe("Hello.");
      expect(await (await stranger.get("/who")).text()).toBe("nobody");
      expect((await stranger.get("/me")).status).toBe(401);
      expect(calls).toHaveLength(made);

      await come(world);
      expect(await (await answer(() => ada.get("/me"))).text()).toBe("ada");
      expect(await (await answer(() => eve.get("/who"))).text()).toBe("nobody");
      const { sessions } = await until("the list is there", () => application.list("eve"));
      // The login that was sent may be run, and its deletion is not sent where the circuit is open by
      // then. Nobody has the token of such a session: it is never seen, and gives way to the next.
      expect(sessions.filter(({ lastSeenAt }) => !runsLater || lastSeenAt !== null)).toEqual([]);
      expect(sessions.length).toBeLessThanOrEqual(1);
      expect((await answer(() => eve.post("/login/eve"))).status).toBe(200);
      await application.drain();
    },
  );

  // When its connections hang, a pool opens others, with commands of its own.
  if (name.includes("pool")) return;

  test("after three time-outs requests fail at once, and one asks again", async (context) => {
    const { proxy, application, browser } = await setUp(connect, context);
    const ada = browser();
    await answer(() => ada.post("/login/ada"));
    await answer(() => ada.get("/me"));
    await application.drain();
    proxy.reset();
    await answer(() => ada.get("/me"));
    const one = proxy.bytesUp;

    proxy.stall();
    for (let i = 0; i < 3; i++) await expectUnavailable(ada.get("/me"));
    const refused = [0, 0];
    for (const probe of refused.keys()) {
      proxy.reset();
      // What fails at once is answered before anything that is sent.
      for (; proxy.bytesUp === 0; refused[probe]! += 10) {
        const requests = Array.from({ length: 10 }, () => expectUnavailable(ada.get("/me")));
        await Promise.all(requests);
      }
      expect(proxy.bytesUp).toBe(one);
    }
    // Once at least: the process may have been busy for all of the time between two probes.
    expect(Math.max(...refused)).toBeGreaterThan(10);
    await proxy.heal();
    expect((await answer(() => ada.get("/me"))).status).toBe(200);
  });
});
