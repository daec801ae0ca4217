import { expect } from "vitest";
import { createClient, type TestClient } from "../client.ts";
import { answer, type Routes } from "./app.ts";
import { ok, see, setCookieNames, USER } from "./look.ts";
import { sharedCache, vary } from "./shared-cache.ts";
import type { Story } from "./stage.ts";

/** What the application says about caching by itself. Copied for each response: servers write into it. */
const PUBLIC = {
  "Cache-Control": 'public, s-maxage=600, max-age=60, no-cache="X-A, X-B"',
  "CDN-Cache-Control": "max-age=600",
};

const ROUTES: Routes = {
  "GET /free": () => new Response("free", { headers: { ...PUBLIC } }),
  "GET /asked": async (session) => {
    await session.get();
    return new Response("asked", { headers: { ...PUBLIC, Vary: "Accept-Encoding" } });
  },
  "GET /name": async (session) => {
    const found = await session.get();
    return new Response(found?.userId ?? "nobody", { headers: { ...PUBLIC } });
  },
  "GET /star": async (session) => {
    await session.get();
    return new Response("asked", { headers: { Vary: "*" } });
  },
  "GET /get-or-create": async (session) => answer(await session.getOrCreate()),
  "GET /not-awaited": (session) => {
    void session.get();
    return new Response("", { headers: { ...PUBLIC } });
  },
  "POST /public-login": async (session, query) => {
    const user = await session.login(query.get("user") ?? "ada");
    const headers = new Headers(PUBLIC);
    headers.append("Set-Cookie", "theme=dark; Path=/");
    headers.append("Set-Cookie", "language=eo; Path=/");
    return new Response(user.userId, { headers });
  },
};

/** Invariant 10: no shared cache gives one user's page, or cookie, to another. */
export const caches: readonly Story[] = [
  {
    title: "invariant 10: a response that did not ask for the session is left alone",
    async run(stage) {
      const browser = (await stage.serve({ routes: ROUTES })).browser();
      await ok(browser.post("/login?user=ada"));
      const { headers } = await ok(browser.get("/free"));
      expect(headers.get("Cache-Control")).toBe(PUBLIC["Cache-Control"]);
      expect(headers.get("CDN-Cache-Control")).toBe(PUBLIC["CDN-Cache-Control"]);
      expect(vary(headers)).not.toContain("cookie");
    },
  },
  {
    title: "invariant 10: one that asked varies by Cookie, whether there was a session or not (E1)",
    async run(stage) {
      const browser = (await stage.serve({ routes: ROUTES })).browser();
      for (const signedIn of [false, true]) {
        if (signedIn) await ok(browser.post("/login?user=ada"));
        const { headers } = await ok(browser.get("/asked"));
        expect(vary(headers)).toEqual(expect.arrayContaining(["accept-encoding", "cookie"]));
        expect(vary((await ok(browser.get("/star"))).headers)).toContain("*");
        expect(headers.get("Cache-Control")).toBe(
          signedIn ? 'private, max-age=60, no-cache="X-A, X-B"' : PUBLIC["Cache-Control"],
        );
        expect(headers.get("CDN-Cache-Control")).toBe(
          signedIn ? "private" : PUBLIC["CDN-Cache-Control"],
        );
      }
    },
  },
  {
    title: "invariant 10: every way to the session varies by Cookie, and is private (E2)",
    async run(stage) {
      const browser = (await stage.serve({ routes: ROUTES })).browser();
      for (const signedIn of [false, true]) {
        if (signedIn) await ok(browser.post("/login?user=ada"));
        for (const path of ["/me", "/peek", "/private", "/get-or-create", "/not-awaited"]) {
          const { headers } = await browser.get(path);
          expect([path, vary(headers)]).toEqual([path, expect.arrayContaining(["cookie"])]);
          if (signedIn) expect(headers.get("Cache-Control")).toMatch(/^private|no-store/);
        }
      }
      for (const path of ["/take", "/set?key=a&value=b", "/count", "/rotate", "/revoke-others"]) {
        const { headers } = await ok(browser.post(path));
        expect([path, vary(headers)]).toEqual([path, expect.arrayContaining(["cookie"])]);
        expect(headers.get("Cache-Control")).toMatch(/^private|no-store/);
      }
      expect(vary((await ok(browser.post("/logout"))).headers)).toContain("cookie");
    },
  },
  {
    title:
      "invariant 10: a response that sets our cookie is for no cache, whatever the app said (E1, ASVS 14.3.2)",
    async run(stage) {
      const browser = (await stage.serve({ routes: ROUTES })).browser();
      for (const path of ["/public-login", "/redirect", "/login?user=ada", "/rotate", "/logout"]) {
        const { headers } = await browser.post(path);
        expect([path, headers.get("Cache-Control")]).toEqual([path, "no-store"]);
        if (path === "/public-login") expect(headers.get("CDN-Cache-Control")).toBe("no-store");
        expect(vary(headers)).toContain("cookie");
      }
      const first = await ok(browser.post("/set?key=a&value=b"));
      expect(first.headers.get("Cache-Control")).toBe("no-store");
      stage.clock.advance(16 * 60_000);
      const renewed = await ok(browser.get("/asked"));
      expect(renewed.headers.get("Cache-Control")).toBe("no-store");
    },
  },
  {
    title: "invariant 10: our Set-Cookie never eats another, and is there once",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          ...ROUTES,
          "POST /often": async (session) => {
            await session.login("ada");
            await session.login("ada");
            await (await session.requireUser()).rotate();
            return answer(await session.get());
          },
        },
      });
      const browser = site.browser();
      const response = await ok(browser.post("/public-login"));
      expect(setCookieNames(response)).toEqual([USER, "language", "theme"]);
      const often = await ok(browser.post("/often"));
      expect(setCookieNames(often)).toEqual([USER]);
      expect((await see(browser)).userId).toBe("ada");
      expect(browser.documentCookie()).toBe("theme=dark; language=eo");
    },
  },
  {
    title: "invariant 10: the cookie is __Host-, Secure, HttpOnly, SameSite=Lax and Path=/ (F2)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      for (const [path, name] of [
        ["/login?user=ada", "__Host-id"],
        ["/set?key=a&value=b", "__Host-id-anon"],
      ] as const) {
        const response = await ok(browser.post(path, { cookie: null }));
        const cookies = response.headers.getSetCookie();
        expect(cookies).toHaveLength(1);
        expect(cookies[0]).toMatch(
          new RegExp(`^${name}=[\\w-]{112}; Path=/; Secure; HttpOnly; SameSite=Lax$`),
        );
        expect(browser.cookies().map((cookie) => cookie.name)).toContain(name);
      }
    },
  },
  {
    title: "invariant 10: behind a caching proxy nobody gets another's page or cookie (E3)",
    async run(stage) {
      const site = await stage.serve({ routes: ROUTES });
      // Some caches heed Vary, and some know nothing of it.
      for (const heeds of [true, false]) {
        const proxy = sharedCache(site.fetch, heeds);
        const browser = () => createClient(proxy, { now: stage.clock.now });
        const users = { ada: browser(), grace: browser() };
        for (const [user, client] of Object.entries(users)) {
          await ok(client.post(`/public-login?user=${user}`));
        }
        const nobody = browser();
        if (heeds) expect(await nameIn(nobody)).toBe("nobody");
        for (let round = 0; round < 2; round++) {
          // In the second round their cookies are renewed.
          for (const [user, client] of Object.entries(users)) {
            expect(await nameIn(client)).toBe(user);
            await stage.settle();
          }
          if (heeds) expect(await nameIn(nobody)).toBe("nobody");
          stage.clock.advance(16 * 60_000);
        }
        expect(await nameIn(nobody)).toBe("nobody");
        expect(nobody.cookies()).toEqual([]);
      }
    },
  },
];

async function nameIn(client: TestClient): Promise<string> {
  return (await ok(client.get("/name"))).text();
}
