import { expect } from "vitest";
import { createClient } from "../client.ts";
import { done, type Routes } from "./app.ts";
import { ok, rest, see, setCookieNames } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

type Headers = Readonly<Record<string, string>>;

const EVIL = "https://evil.test";

const ELSEWHERE: readonly Headers[] = [
  { "Sec-Fetch-Site": "cross-site" },
  { "Sec-Fetch-Site": "cross-site", Origin: "https://app.test" },
  { "Sec-Fetch-Site": "same-site", Origin: "https://blog.app.test" },
  { "Sec-Fetch-Site": "unheard-of", Origin: EVIL },
  { Origin: EVIL },
  { Origin: "null" },
  { Origin: "http://app.test" },
  { Origin: "https://app.test:8443" },
  { Origin: EVIL, "X-Forwarded-Host": "evil.test", Forwarded: "host=evil.test;proto=https" },
];

/** Invariant 12: who may come in at all, decided before the store is asked. */
export const door: readonly Story[] = [
  {
    title:
      "invariant 12: what another site sends changes nothing: a 403, with no store call (ASVS 3.5.1, CWE-352)",
    async run(stage) {
      const ran: string[] = [];
      const site = await stage.serve({ routes: noting(ran) });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      stage.store.forget();
      stage.events.length = 0;
      for (const headers of ELSEWHERE) {
        const agent = { ...headers, "User-Agent": "Victim/1.0" };
        const response = await browser.post("/note", { headers: agent, form: { to: "mallory" } });
        expect(response.status).toBe(403);
        expect(await response.text()).toContain("cross-site");
        expect(response.headers.get("Cache-Control")).toBe("no-store");
        expect(response.headers.get("Vary")?.toLowerCase()).toContain("sec-fetch-site");
        expect(response.headers.get("Vary")?.toLowerCase()).toContain("origin");
        expect(setCookieNames(response)).toEqual([]);
      }
      await stage.settle();
      expect(ran).toEqual([]);
      expect([...stage.store.calls, ...stage.store.powerCalls]).toEqual([]);
      expect(stage.events).toMatchObject(
        ELSEWHERE.map(() => ({
          type: "cross_site_refused",
          userId: null,
          client: { userAgent: "Victim/1.0" },
        })),
      );
      // To be linked to is no attack.
      await ok(browser.get("/me", { headers: ELSEWHERE[0] as Headers }));
    },
  },
  {
    title:
      "invariant 12: another site logs nobody in or out (login CSRF: there is no cookie to see)",
    async run(stage) {
      const site = await stage.serve();
      for (const headers of ELSEWHERE) {
        const response = await ok(site.browser().post("/login?user=mallory", { headers }), 403);
        expect(setCookieNames(response)).toEqual([]);
      }
      expect(stage.records()).toEqual([]);
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      await ok(browser.post("/logout", { headers: ELSEWHERE[0] as Headers }), 403);
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 12: what comes from here passes, on any port, and so does what is no browser",
    async run(stage) {
      const { fetch } = await stage.serve();
      for (const origin of [
        "https://app.test",
        "https://app.test:8443",
        "http://localhost:3000",
        "http://[::1]:3000",
      ]) {
        for (const headers of [
          { "Sec-Fetch-Site": "same-origin", Origin: origin },
          { "Sec-Fetch-Site": "none" },
          { Origin: origin },
          {},
        ]) {
          const client = createClient(fetch, { origin, now: stage.clock.now });
          await ok(client.post("/login?user=ada", { headers: headers as Headers }));
        }
      }
      const named = await stage.serve({ csrf: { allowedOrigins: ["https://shop.test"] } });
      const headers = { "Sec-Fetch-Site": "cross-site", Origin: "https://shop.test" };
      await ok(named.browser().post("/login?user=ada", { headers }));
    },
  },
  {
    title: "invariant 12: other sites may post to the paths that are exempt, and to no other",
    async run(stage) {
      const ran: string[] = [];
      const all = await stage.serve({
        csrf: { exempt: ["/hooks/*", "/pay"] },
        routes: noting(ran),
      });
      const browser = all.browser();
      const headers = { "Sec-Fetch-Site": "cross-site" };
      await ok(browser.post("/hooks/note?a=/b", { headers }));
      await ok(browser.post("/pay", { headers }));
      expect(ran).toEqual(["/hooks/note", "/pay"]);
      for (const path of [
        "/note",
        "/note?/hooks/note",
        "/hooks/..%2fnote",
        "/hooks/../note",
        "/hooks/%2e%2e/note",
        "/hooks%2fnote",
        "/PAY",
        "/pay/",
        "/p%61y",
      ]) {
        await ok(browser.post(`https://app.test${path}`, { headers }), 403);
      }
      expect(ran).toHaveLength(2);
    },
  },
  {
    title: "invariant 12: a source that has to wait is a 429, with no store call, at a login too",
    async run(stage) {
      let seconds: number | null = null;
      const site = await stage.serve({ throttle: () => seconds });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      stage.store.forget();
      stage.events.length = 0;
      seconds = 29.5;
      for (const sent of [
        browser.get("/me"),
        browser.post("/logout"),
        site.browser().post("/login?user=ada"),
      ]) {
        const response = await ok(sent, 429);
        expect(response.headers.get("Retry-After")).toBe("30");
        expect(response.headers.get("Cache-Control")).toContain("no-store");
        expect(setCookieNames(response)).toEqual([]);
      }
      await stage.settle();
      expect(stage.store.calls).toEqual([]);
      expect(stage.events.map(({ type }) => type)).toEqual(
        Array.from({ length: 3 }, () => "source_throttled"),
      );
      // Who brings no token costs nothing.
      await ok(site.browser().get("/peek"), 401);
      seconds = null;
      expect((await see(browser)).userId).toBe("ada");
    },
  },
];

/** Says which paths ran. */
function noting(ran: string[]): Routes {
  const paths = ["/note", "/hooks/note", "/pay"];
  return Object.fromEntries(
    paths.map((path) => [
      `POST ${path}`,
      async (session) => {
        ran.push(path);
        await session.get();
        return done();
      },
    ]),
  ) as Routes;
}

/** Invariant 10, of what the browser keeps. */
export const clearing: readonly Story[] = [
  {
    title: "invariant 10: a logout has the browser clear what it has cached (ASVS 14.3.1)",
    async run(stage) {
      const cleared = async (site: Awaited<ReturnType<Stage["serve"]>>, path: string) => {
        const browser = site.browser();
        await ok(browser.post("/login?user=ada"));
        return (await ok(browser.post(path))).headers.get("Clear-Site-Data");
      };
      const site = await stage.serve({
        routes: {
          "POST /again": async (session) => {
            await session.logout();
            await session.login("ada");
            return done();
          },
        },
      });
      expect(await cleared(site, "/logout")).toBe('"cache"');
      expect(await cleared(site, "/set?key=a")).toBeNull();
      // It might clear the cookie that comes with it.
      expect(await cleared(site, "/again")).toBeNull();
      const more = await stage.serve({ clearSiteData: ["cache", "storage"] });
      expect(await cleared(more, "/logout")).toBe('"cache", "storage"');
      expect(await cleared(await stage.serve({ clearSiteData: false }), "/logout")).toBeNull();
      // Browsers heed it where nobody in between can have written it.
      const plain = createClient(site.fetch, { origin: "http://app.test", now: stage.clock.now });
      expect((await plain.post("/logout")).headers.get("Clear-Site-Data")).toBeNull();
    },
  },
];
