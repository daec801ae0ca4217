import {
  ConfigurationError,
  type SessionEvent,
  type SessionEventListener,
  type SessionsOptions,
} from "@sojourn/core";
import { createClient } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { harness } from "./harness.ts";

// ASVS 16.2.1, 16.2.5, 16.3.1 to 16.3.3.

function site(options: Partial<SessionsOptions> = {}) {
  const world = harness(options);
  const fetch = world.sessions.fetch(async (request, { session }) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/login") return Response.json(await session.login("ada"));
    if (pathname === "/logout") await session.logout();
    return Response.json(await session.get());
  });
  return { ...world, browser: createClient(fetch, { now: world.clock.now }) };
}

describe("a listener", () => {
  const broken: Record<string, SessionEventListener> = {
    "that throws": () => {
      throw new Error("disk full");
    },
    "that rejects": () => Promise.reject(new Error("disk full")),
    "that hangs": () => new Promise(() => {}),
  };

  test.each(Object.entries(broken))("%s changes no outcome", async (name, onEvent) => {
    const warnings: string[] = [];
    const { browser, sessions } = site({ onEvent, onWarning: (text) => warnings.push(text) });
    expect((await browser.post("/login")).status).toBe(200);
    expect(await (await browser.get("/")).json()).toMatchObject({ userId: "ada" });
    expect((await browser.post("/logout")).status).toBe(200);
    await sessions.drain();
    // What it threw may hold anything: its kind is told.
    const told = name === "that hangs" ? [] : ["The onEvent listener failed: Error."];
    expect([...new Set(warnings)]).toEqual(told);
  });

  test("that fails where warnings fail as well changes no outcome either", async () => {
    const onWarning = () => {
      throw new Error("no console");
    };
    for (const onEvent of Object.values(broken)) {
      const { browser } = site({ onEvent, onWarning });
      expect((await browser.post("/login")).status).toBe(200);
      expect((await browser.get("http://app.test/")).status).toBe(200);
    }
  });

  test("is given the client whole beside the event, which holds what may be kept", async () => {
    const heard: unknown[] = [];
    const { sessions } = harness({
      onEvent: (event, client) => heard.push([event.client, client?.address]),
    });
    const network = () => "203.0.113.0/24";
    await sessions.login("ada", { client: { address: "203.0.113.7", userAgent: "x\n", network } });
    await sessions.revokeAll("ada");
    expect(heard).toEqual([
      [{ address: "203.0.113.0/24", userAgent: "x?" }, "203.0.113.7"],
      [null, undefined],
    ]);
  });
});

test("every event says when, who, for whom, from where and why, and nothing that opens anything (ASVS 16.3.1)", async () => {
  const { browser, events, clock, sessions } = site({ maxPerUser: 2 });
  const tokens: string[] = [];
  const post = async (path: string, cookie?: string | null) => {
    const response = await browser.post(path, cookie === undefined ? {} : { cookie });
    tokens.push(...response.headers.getSetCookie().map((header) => header.split(/[=;]/)[1] ?? ""));
  };
  await post("/login");
  const early = browser.cookieHeader();
  await clock.advance(16 * 60_000);
  await post("/");
  await clock.advance(61_000);
  await post("/");
  await sessions.drain();
  await clock.advance(61_000);
  await post("/", early);
  await post("/login");
  await post("/login", null);
  await post("/login", null);
  await post("/logout");
  await post("/", `${early}x`);
  await browser.post("/", { headers: { "Sec-Fetch-Site": "cross-site" } });
  await sessions.drain();
  const kinds = new Set(events.map(({ type }) => type));
  for (const kind of [
    "session_created",
    "session_renewed",
    "session_accessed",
    "token_reuse",
    "session_revoked",
    "excess_sessions_exceeded",
    "session_logout",
    "token_refused",
    "cross_site_refused",
  ]) {
    expect(kinds).toContain(kind);
  }
  for (const event of events) {
    expect(event).toMatchObject({ at: expect.any(Number), type: expect.any(String) });
    for (const key of ["handle", "userId", "impersonator", "client", "reason"] as const) {
      expect([null, "string", "object"]).toContain(event[key] === null ? null : typeof event[key]);
      expect(Object.hasOwn(event, key)).toBe(true);
    }
  }
  const printed = JSON.stringify(events);
  expect(tokens.filter(Boolean).length).toBeGreaterThan(3);
  for (const token of tokens.filter(Boolean)) {
    expect(printed).not.toContain(token);
    expect(printed).not.toContain(token.slice(-43));
  }
});

describe("throttle", () => {
  test("a source that has to wait is told so whatever it presents, also what nobody signed", async () => {
    const { sessions } = harness({ throttle: () => 30 });
    const fetch = sessions.fetch(async (_request, { session }) =>
      Response.json(await session.get()),
    );
    const guess = { Cookie: `__Host-id=${"A".repeat(112)}` };
    expect((await fetch(new Request("https://app.test/", { headers: guess }))).status).toBe(429);
    expect((await fetch(new Request("https://app.test/"))).status).toBe(200);
  });

  async function answered(seconds: unknown) {
    const { browser, events } = site({ throttle: () => seconds as number });
    const { status, headers } = await browser.post("/login");
    return { status, retry: headers.get("Retry-After"), events: events.map(typeOf) };
  }

  test.each([
    [null, 200, null],
    [undefined, 200, null],
    [0, 200, null],
    [-3, 200, null],
    [0.01, 429, "1"],
    [12.2, 429, "13"],
    [Infinity, 429, "86400"],
  ])("%s seconds: %i, Retry-After %s", async (seconds, status, retry) => {
    const given = await answered(seconds);
    expect(given).toMatchObject({ status, retry });
    if (status === 429) expect(given.events).toEqual(["source_throttled"]);
  });

  test("it is told once, whatever the request carries", async () => {
    let seconds: number | null = null;
    const { browser, events } = site({ throttle: () => seconds });
    await browser.post("/login");
    seconds = 5;
    events.length = 0;
    const token = browser.cookieHeader()?.split("=")[1];
    const cookie = `__Host-id=${token}; __Host-id-anon=${token}`;
    await browser.post("/login", { cookie });
    expect(events.map(typeOf).filter((type) => type === "source_throttled")).toHaveLength(1);
  });

  test.each([Number.NaN, "5", true, Promise.resolve(null)])(
    "%s is no number of seconds, and lets nobody in",
    async (seconds) => {
      const errors: unknown[] = [];
      const { sessions } = harness({ throttle: () => seconds as number });
      const fetch = sessions.fetch(
        async (_, { session }) => Response.json(await session.login("a")),
        {
          onError(error) {
            errors.push(error);
            return new Response("", { status: 500 });
          },
        },
      );
      expect((await fetch(new Request("https://app.test/"))).status).toBe(500);
      expect(errors[0]).toBeInstanceOf(ConfigurationError);
      expect(String(errors[0])).toContain("throttle gave no number");
    },
  );
});

function typeOf({ type }: SessionEvent): string {
  return type;
}

describe("Clear-Site-Data", () => {
  async function sent(
    clearSiteData: SessionsOptions["clearSiteData"],
    origin = "https://app.test",
  ) {
    const { sessions, clock } = harness({ ...(clearSiteData !== undefined && { clearSiteData }) });
    const fetch = sessions.fetch(async (_, { session }) => {
      await session.logout();
      return new Response("");
    });
    const response = await createClient(fetch, { origin, now: clock.now }).post("/");
    return response.headers.get("Clear-Site-Data");
  }

  test("is quoted, and sent where browsers heed it", async () => {
    expect(await sent(undefined)).toBe('"cache"');
    expect(await sent(undefined, "http://localhost:3000")).toBe('"cache"');
    expect(await sent(undefined, "http://app.test")).toBeNull();
    expect(await sent(["cookies", "storage"])).toBe('"cookies", "storage"');
    expect(await sent([])).toBeNull();
    expect(await sent(false)).toBeNull();
  });

  test.each(["cache", ["*"], ['"cache"'], true])("%j is refused when configured", (given) => {
    expect(() => harness({ clearSiteData: given as false })).toThrow(/Option clearSiteData/);
  });
});
