import type { TestClient } from "@sojourn/testing";
import { expect } from "vitest";
import type { Site } from "./site.ts";

/** What each of the three programs must do. */
export interface Story {
  readonly title: string;
  run(site: Site): Promise<void>;
}

const ADA = { form: { name: "ada", password: "demo" } };
const USER = "__Host-id";
const ANONYMOUS = "__Host-id-anon";

interface Me {
  readonly userId: string;
  readonly handle: string;
}

/** What `/me` tells of who sends this cookie, or the browser's own; null: nobody. */
async function me(browser: TestClient, cookie?: string | null): Promise<Me | null> {
  const response = await browser.get("/me", cookie === undefined ? {} : { cookie });
  expect([200, 401]).toContain(response.status);
  const found = (await response.json()) as Me | null;
  return response.status === 200 ? found : null;
}

async function login(browser: TestClient): Promise<Response> {
  const response = await browser.post("/login", ADA);
  expect(response.status).toBe(303);
  expect(response.headers.get("Location")).toMatch(/\/account$/);
  return response;
}

/** A login that fails, of which the anonymous session is told. */
function guess(browser: TestClient): Promise<Response> {
  return browser.post("/login", { form: { name: "ada", password: "guess" } });
}

/** The Set-Cookie headers of a response, by the cookie's name, without its value. */
function given(response: Response): Record<string, string> {
  const headers = response.headers.getSetCookie().map((header) => {
    const [, name = "", rest = ""] = /^([^=]+)=(.*)$/.exec(header) ?? [];
    return [name, rest.replace(/^[\w-]{112}(?=;)/, "<token>")];
  });
  return Object.fromEntries(headers) as Record<string, string>;
}

function tokenOf(browser: TestClient, name: string): string | undefined {
  return browser.cookies().find((cookie) => cookie.name === name)?.value;
}

export const stories: readonly Story[] = [
  {
    title: "who only looks is given no cookie",
    async run(site) {
      const browser = site.browser();
      for (const path of ["/", "/me", "/account"]) {
        const response = await browser.get(path);
        expect(response.headers.getSetCookie()).toEqual([]);
      }
      expect(await me(browser)).toBeNull();
      expect(await (await browser.get("/")).text()).toContain("stranger");
    },
  },
  {
    title: "a login answers with a redirect, and the cookie on it",
    async run(site) {
      const browser = site.browser();
      const response = await login(browser);
      expect(given(response)).toEqual({
        [USER]: "<token>; Path=/; Secure; HttpOnly; SameSite=Lax",
      });
      expect(response.headers.get("Cache-Control")).toBe("no-store");
      expect(await me(browser)).toMatchObject({ userId: "ada" });
    },
  },
  {
    title: "pages show who it is, and are for nobody else's cache",
    async run(site) {
      const browser = site.browser();
      await login(browser);
      for (const path of ["/", "/account"]) {
        const page = await browser.get(path);
        expect(page.status).toBe(200);
        expect(page.headers.get("Cache-Control")).toMatch(/\bprivate\b|\bno-store\b/);
        expect(await page.text()).toMatch(/\bada\b/);
      }
    },
  },
  {
    title: "invariant 1: what a browser held before the login opens nothing after it",
    async run(site) {
      const browser = site.browser();
      expect(given(await guess(browser))).toHaveProperty(ANONYMOUS);
      const planted = tokenOf(browser, ANONYMOUS);
      expect(await me(browser)).toBeNull();
      // It is alive: no other one is given.
      expect(given(await guess(browser))).toEqual({});

      await login(browser);
      expect(tokenOf(browser, USER)).not.toBe(planted);
      const attacker = site.browser();
      attacker.setCookie(`${ANONYMOUS}=${planted}; Path=/; Secure`);
      expect(await me(attacker)).toBeNull();
      expect(given(await guess(attacker))).toHaveProperty(ANONYMOUS);
      expect(tokenOf(attacker, ANONYMOUS)).not.toBe(planted);
      expect(await me(site.browser(), `${USER}=${planted}`)).toBeNull();
    },
  },
  {
    title: "invariant 1: a second login makes a new session, and ends the first",
    async run(site) {
      const browser = site.browser();
      await login(browser);
      const cookie = browser.cookieHeader();
      const before = await me(browser);
      await login(browser);
      const after = await me(browser);
      expect(after).toMatchObject({ userId: "ada" });
      expect(after?.handle).not.toBe(before?.handle);
      expect(browser.cookieHeader()).not.toBe(cookie);
      expect(await me(site.browser(), cookie)).toBeNull();
    },
  },
  {
    title: "invariant 1: a made-up cookie is nobody's",
    async run(site) {
      for (const value of ["A".repeat(112), "ada", "null"]) {
        for (const name of [USER, ANONYMOUS]) {
          const cookie = `${name}=${value}`;
          expect(await me(site.browser(), cookie)).toBeNull();
          const account = await site.browser().get("/account", { cookie });
          expect(account.status).toBeGreaterThanOrEqual(300);
          expect(account.headers.getSetCookie()).toEqual([]);
        }
      }
    },
  },
  {
    title: "invariant 2: a logout takes the cookie back, and its copy stays refused",
    async run(site) {
      const browser = site.browser();
      await login(browser);
      const copy = browser.cookieHeader();
      const response = await browser.post("/logout", { form: {} });
      expect(response.status).toBe(303);
      expect(given(response)).toMatchObject({
        [USER]: "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
      });
      expect(browser.cookies()).toEqual([]);
      const thief = site.browser();
      expect(await Promise.all([me(thief, copy), me(thief, copy)])).toEqual([null, null]);
      const account = await thief.get("/account", { cookie: copy });
      expect(account.status).toBeGreaterThanOrEqual(300);
      expect(account.headers.getSetCookie()).toEqual([]);
    },
  },
  {
    title: "invariant 12: what another site makes a browser send is refused",
    async run(site) {
      const browser = site.browser();
      await login(browser);
      for (const path of ["/login", "/logout"]) {
        for (const Origin of ["https://evil.example", ""]) {
          for (const body of [ADA, { json: {} }]) {
            const headers = { Origin, "Sec-Fetch-Site": "cross-site" };
            const response = await browser.post(path, { headers, ...body });
            expect([400, 403]).toContain(response.status);
            expect(response.headers.getSetCookie()).toEqual([]);
            // The framework's own check looks at forms, or at the Origin.
            if (Origin !== "" || "form" in body) continue;
            expect(await response.json()).toEqual({ error: "cross-site" });
          }
        }
      }
      expect(await me(browser)).toMatchObject({ userId: "ada" });
    },
  },
];
