import {
  ConfigurationError,
  createSessions,
  type SessionEvent,
  type SessionsOptions,
} from "@sojourn/core";
import { sessions as middleware } from "@sojourn/hono";
import { memoryStore } from "@sojourn/memory";
import { createClient, type Fetch, fakeClock, type TestClient } from "@sojourn/testing";
import { type AccountOptions, accountRoutes, type ShownSession } from "@sojourn/watch/account";
import { Hono } from "hono";
import { describe, expect, test } from "vitest";
import { SECRET } from "./secret.ts";

const MINUTE = 60_000;
const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";
const SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5) Version/18.5 Mobile Safari/604.1";

type Options = Partial<SessionsOptions>;

function made(options: Options) {
  const clock = fakeClock();
  const events: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => void events.push(event);
  const store = memoryStore();
  const sessions = createSessions({ store, secret: SECRET, clock, onEvent, ...options });
  return { clock, events, sessions };
}

/** The same application, once on Web standards alone and once in Hono. */
const APPS: Readonly<
  Record<
    string,
    (sessions: ReturnType<typeof made>["sessions"], account: Partial<AccountOptions>) => Fetch
  >
> = {
  "sessions.fetch": (sessions, options) => {
    const account = accountRoutes({ sessions, ...options });
    return sessions.fetch(async (request, { session }) => {
      const { pathname, searchParams } = new URL(request.url);
      if (pathname === "/login") {
        await session.login(searchParams.get("user") ?? "ada", { data: { note: "mine" } });
        return new Response("hello");
      }
      return (await account(request, session)) ?? new Response("none", { status: 404 });
    });
  },
  "@sojourn/hono": (sessions, options) => {
    const account = accountRoutes({ sessions, ...options });
    const app = new Hono()
      .use(middleware(sessions, { peer: () => "192.0.2.1" }))
      .post("/login", async (c) => {
        await c.var.session.login(c.req.query("user") ?? "ada", { data: { note: "mine" } });
        return c.text("hello");
      })
      .use("*", async (c, next) => (await account(c.req.raw, c.var.session)) ?? next())
      .notFound((c) => c.text("none", 404));
    return (request) => app.fetch(request);
  },
};

describe.each(Object.keys(APPS))("account routes on %s", (name) => {
  function app(account: Partial<AccountOptions> = {}, options: Options = {}) {
    const { clock, events, sessions } = made(options);
    const fetch = (APPS[name] as (typeof APPS)[string])(sessions, account);

    async function browser(user: string | null, userAgent: string = FIREFOX): Promise<TestClient> {
      const send: Fetch = (request) => {
        request.headers.set("User-Agent", userAgent);
        return fetch(request);
      };
      const client = createClient(send, { now: clock.now });
      if (user !== null) await client.post(`/login?user=${user}`);
      return client;
    }

    return { clock, events, sessions, browser, fetch };
  }

  async function listed(client: TestClient): Promise<readonly ShownSession[]> {
    const response = await client.get("/account/sessions");
    expect(response.status).toBe(200);
    return ((await response.json()) as { sessions: ShownSession[] }).sessions;
  }

  const statusOf = async (client: TestClient) => (await client.get("/account/sessions")).status;

  async function remove(client: TestClient, fetch: Fetch, handle: string): Promise<Response> {
    const headers = { Cookie: client.cookieHeader() ?? "" };
    const url = `${client.origin}/account/sessions/${handle}`;
    return fetch(new Request(url, { method: "DELETE", headers }));
  }

  test("ASVS 7.5.2: users see their sessions, with names of devices, and which is the current one", async () => {
    const { browser, sessions } = app();
    const laptop = await browser("ada");
    await browser("ada", SAFARI);
    await browser("bob");
    const all = await listed(laptop);
    expect(all.map(({ device, current }) => [device, current]).sort()).toEqual([
      ["Firefox on Linux", true],
      ["Safari on iPhone", false],
    ]);
    expect(all[0]).toMatchObject({ label: null, aal: 1, persistent: false, impersonator: null });
    expect(all[0]?.network).toBe(name === "@sojourn/hono" ? "192.0.2.0/24" : null);
    // A handle is no token, and there is nothing else that could be one (D5).
    const text = JSON.stringify(all);
    const token = laptop.cookies()[0]?.value ?? "";
    expect(text).not.toContain(token.slice(48, 90));
    expect(await sessions.peek(all[0]?.handle ?? "")).toBeNull();
  });

  test("ASVS 7.5.2: users end one of them, by DELETE or by POST", async () => {
    const { browser, fetch } = app();
    const laptop = await browser("ada");
    const phone = await browser("ada", SAFARI);
    const tablet = await browser("ada", SAFARI);
    const others = (await listed(laptop)).filter(({ current }) => !current);
    expect((await remove(laptop, fetch, others[0]?.handle ?? "")).status).toBe(204);
    const posted = await laptop.post(`/account/sessions/${others[1]?.handle}/revoke`);
    expect(posted.status).toBe(204);
    expect([await statusOf(phone), await statusOf(tablet)]).toEqual([401, 401]);
    expect(await listed(laptop)).toHaveLength(1);
  });

  test("C6: somebody else's session answers like one that never was, and lives on", async () => {
    const { browser, fetch } = app();
    const ada = await browser("ada");
    const bob = await browser("bob");
    const [his] = await listed(bob);
    const never = "A".repeat(22);
    const answers = [
      await remove(ada, fetch, his?.handle ?? ""),
      await remove(ada, fetch, never),
      await ada.post(`/account/sessions/${his?.handle}/label`, { json: { label: "mine" } }),
      await ada.post(`/account/sessions/${never}/label`, { json: { label: "mine" } }),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(await answer.json()).toEqual({ error: "not-found" });
    }
    expect(await listed(bob)).toMatchObject([{ label: null, current: true }]);
  });

  test("who ends the current one has logged out, cookie and all", async () => {
    const { browser, events } = app();
    const laptop = await browser("ada");
    const [own] = await listed(laptop);
    expect((await laptop.post(`/account/sessions/${own?.handle}/revoke`)).status).toBe(204);
    expect(laptop.cookies()).toEqual([]);
    expect(events.at(-1)?.type).toBe("session_logout");
  });

  test("ASVS 7.4.3: all others end at once, and this one is rotated", async () => {
    const { browser } = app();
    const phone = await browser("ada", SAFARI);
    const laptop = await browser("ada");
    const copy = laptop.copy();
    const response = await laptop.post("/account/sessions/revoke-others");
    expect(await response.json()).toEqual({ ended: 1 });
    expect([await statusOf(laptop), await statusOf(phone), await statusOf(copy)]).toEqual([
      200, 401, 401,
    ]);
  });

  test("ASVS 7.4.4: logging out is a POST, needs no recent login, and is refused to other sites", async () => {
    const { browser, clock } = app();
    const laptop = await browser("ada");
    await clock.advance(30 * MINUTE);
    const byGet = await laptop.get("/account/logout");
    expect([byGet.status, byGet.headers.get("allow")]).toEqual([405, "POST"]);
    const forged = { headers: { "Sec-Fetch-Site": "cross-site" } };
    expect((await laptop.post("/account/logout", forged)).status).toBe(403);
    expect(await statusOf(laptop)).toBe(200);
    expect((await laptop.post("/account/logout")).status).toBe(204);
    expect(laptop.cookies()).toEqual([]);
  });

  test.each(["cross-site", "same-site"])(
    "a %s request is refused, even where no adapter has a gate",
    async (site) => {
      const { browser } = app({}, { csrf: false });
      const laptop = await browser("ada");
      const headers = { "Sec-Fetch-Site": site, Origin: "https://evil.test" };
      for (const path of ["logout", "erase", "sessions/revoke-others"]) {
        const response = await laptop.post(`/account/${path}`, { headers });
        expect([response.status, await response.json()]).toEqual([403, { error: "cross-site" }]);
      }
      expect(await listed(laptop)).toHaveLength(1);
    },
  );

  test("another origin may, if both lists name it", async () => {
    const allowedOrigins = ["https://spa.test"];
    const { browser } = app({ allowedOrigins }, { csrf: { allowedOrigins } });
    const laptop = await browser("ada");
    const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://spa.test" };
    const response = await laptop.post("/account/logout", { headers });
    expect(response.status).toBe(204);
    expect([...response.headers.keys()].filter((key) => key.startsWith("access-control"))).toEqual(
      [],
    );
  });

  test("whoever is not signed in gets a 401 everywhere, and nothing else", async () => {
    const { browser, fetch } = app();
    const nobody = await browser(null);
    const answers = [
      await nobody.get("/account/sessions"),
      await nobody.get("/account/export"),
      await nobody.post("/account/erase"),
      await nobody.post("/account/sessions/revoke-others"),
      await nobody.post(`/account/sessions/${"A".repeat(22)}/label`, { json: { label: "x" } }),
      await remove(nobody, fetch, "A".repeat(22)),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toEqual({ error: "unauthenticated" });
    }
  });

  test("what cannot be taken back asks for a recent login, and says so (ASVS 7.5.2)", async () => {
    const { browser, clock, events, fetch } = app();
    const laptop = await browser("ada");
    const phone = await browser("ada", SAFARI);
    const other = (await listed(laptop)).find(({ current }) => !current)?.handle ?? "";
    await clock.advance(11 * MINUTE);
    const answers = [
      await laptop.post("/account/sessions/revoke-others"),
      await remove(laptop, fetch, other),
      await laptop.get("/account/export"),
      await laptop.post("/account/erase"),
    ];
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.headers.get("www-authenticate")).toContain('max_age="600"');
      expect(await answer.json()).toMatchObject({ error: "reauthentication-required" });
    }
    expect(events.filter(({ type }) => type === "freshness_required")).toHaveLength(4);
    expect(await listed(phone)).toHaveLength(2);
  });

  test("unless the application says that any time ago is recent", async () => {
    const { browser, clock } = app({ maxAge: false });
    const laptop = await browser("ada");
    await clock.advance(30 * MINUTE);
    expect((await laptop.post("/account/sessions/revoke-others")).status).toBe(200);
  });

  test("a session is named, and its name taken away", async () => {
    const { browser } = app();
    const laptop = await browser("ada");
    const [{ handle = "" } = {}] = await listed(laptop);
    const path = `/account/sessions/${handle}/label`;
    expect((await laptop.post(path, { json: { label: "Work laptop" } })).status).toBe(204);
    expect((await listed(laptop))[0]?.label).toBe("Work laptop");
    expect((await laptop.post(path, { json: { label: null } })).status).toBe(204);
    expect((await listed(laptop))[0]?.label).toBeNull();
  });

  test.each([
    ["a form", { form: { label: "x" } }, 415],
    ["no JSON", { headers: { "Content-Type": "application/json" } }, 400],
    ["a list", { json: ["x"] }, 400],
    ["no label", { json: {} }, 400],
    ["an empty one", { json: { label: " " } }, 400],
    ["one that is too long", { json: { label: "x".repeat(65) } }, 400],
    ["more than a kilobyte", { json: { label: "x", more: "x".repeat(1_024) } }, 413],
  ])("%s names nothing", async (_, body, status) => {
    const { browser } = app();
    const laptop = await browser("ada");
    const [{ handle = "" } = {}] = await listed(laptop);
    const response = await laptop.post(`/account/sessions/${handle}/label`, body);
    expect(response.status).toBe(status);
    expect((await listed(laptop))[0]?.label).toBeNull();
  });

  test("everything that is kept is exported, and is nothing that opens a session", async () => {
    const { browser, sessions, events } = app();
    const laptop = await browser("ada");
    await browser("ada", SAFARI);
    const response = await laptop.get("/account/export");
    expect(response.headers.get("content-disposition")).toContain("attachment");
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({
      userId: "ada",
      sessions: [{ data: { note: "mine" } }, { data: { note: "mine" } }],
    });
    for (const word of text.match(/[\w-]{20,}/g) ?? [])
      expect(await sessions.peek(word)).toBeNull();
    expect(events.some(({ type }) => type === "user_exported")).toBe(true);
  });

  test("everything that is kept is erased, the application told, and the cookie goes", async () => {
    const erased: string[] = [];
    const { browser, sessions, events } = app({ onErase: (userId) => void erased.push(userId) });
    const phone = await browser("ada", SAFARI);
    const bob = await browser("bob");
    const laptop = await browser("ada");
    const response = await laptop.post("/account/erase");
    expect(await response.json()).toEqual({ ended: 2 });
    expect(laptop.cookies()).toEqual([]);
    expect([await statusOf(phone), await statusOf(bob)]).toEqual([401, 200]);
    expect((await sessions.exportUser("ada")).sessions).toEqual([]);
    expect(erased).toEqual(["ada"]);
    expect(events.some(({ type }) => type === "user_erased")).toBe(true);
  });

  test("a long list comes in pages (I5)", async () => {
    const { browser, sessions } = app({}, { maxPerUser: 1_000 });
    const laptop = await browser("ada");
    for (let at = 0; at < 120; at++) await sessions.login("ada");
    const first = (await (await laptop.get("/account/sessions")).json()) as Page;
    expect(first.sessions).toHaveLength(100);
    const rest = await laptop.get(`/account/sessions?after=${first.next}`);
    const second = (await rest.json()) as Page;
    expect([second.sessions.length, second.next]).toEqual([21, null]);
  });

  test("answers belong to one user: no cache keeps them (E1), and no other origin reads them (ASVS 3.4.2)", async () => {
    const { browser } = app();
    const laptop = await browser("ada");
    const { headers } = await laptop.get("/account/sessions", {
      headers: { Origin: "https://evil.test" },
    });
    expect(headers.get("cache-control")).toMatch(/private|no-store/);
    expect(headers.get("vary")).toContain("Cookie");
    expect(headers.get("access-control-allow-origin")).toBeNull();
  });

  test("what has another method says which it has (ASVS 3.5.3); what is elsewhere is not theirs", async () => {
    const { browser, fetch } = app({ path: "/me" });
    const laptop = await browser("ada");
    expect((await laptop.get("/me/sessions")).status).toBe(200);
    const posted = await laptop.post("/me/sessions");
    expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET"]);
    expect(posted.headers.get("cache-control")).toContain("no-store");
    expect((await laptop.get("/me/erase")).headers.get("allow")).toBe("POST");
    const head = new Request(`${laptop.origin}/me/sessions`, {
      method: "HEAD",
      headers: { Cookie: laptop.cookieHeader() ?? "" },
    });
    expect((await fetch(head)).status).toBe(200);
    for (const path of [
      "/",
      "/me",
      "/me/",
      "/mean/sessions",
      "/me/sessions/",
      "/account/sessions",
    ]) {
      const response = await laptop.get(path);
      expect([path, response.status, await response.text()]).toEqual([path, 404, "none"]);
    }
  });
});

interface Page {
  readonly sessions: readonly ShownSession[];
  readonly next: string | null;
}

describe("what cannot work is refused when configured", () => {
  const { sessions } = made({});

  test.each([
    [{}, "accountRoutes has no sessions."],
    [{ sessions, path: "account/" }, "accountRoutes: path"],
    [{ sessions, maxAge: 5 }, "accountRoutes: maxAge is 5. Write ms"],
    [{ sessions, allowedOrigins: ["shop.example"] }, "accountRoutes: allowedOrigins"],
    [{ sessions, onErase: true }, "accountRoutes: onErase"],
    [{ sessions, csrf: false }, 'accountRoutes has no option "csrf".'],
  ])("%#", (options, message) => {
    const configure = () => accountRoutes(options as never);
    expect(configure).toThrow(ConfigurationError);
    expect(configure).toThrow(message);
  });
});
