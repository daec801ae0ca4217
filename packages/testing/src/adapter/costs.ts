import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { answer, type Routes } from "./app.ts";
import { ANONYMOUS, expectDead, handedOut, ok, tokenIn, USER, rest } from "./look.ts";
import type { Operation } from "./watched-store.ts";
import type { Site, Stage, Story } from "./stage.ts";
import { FULL } from "./tier.ts";

/** Invariant 9: what each request costs in store calls, exactly. */
export const costs: readonly Story[] = [
  {
    title: "invariant 9: a handler that never asks for the session costs no store call",
    async run(stage) {
      const { browser } = await signedIn(stage);
      expect(await cost(stage, () => browser.get("/free"))).toEqual([]);
    },
  },
  {
    title: "invariant 9: a request without our cookie costs no store call, and sets none (I2)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      for (const path of ["/me", "/peek", "/private"]) {
        expect(await cost(stage, () => browser.get(path, { cookie: "theme=dark" }))).toEqual([]);
      }
      for (const path of ["/take", "/logout", "/destroy"]) {
        expect(await cost(stage, () => browser.post(path))).toEqual([]);
      }
      expect(browser.cookies()).toEqual([]);
    },
  },
  {
    title: "invariant 9: a made-up cookie costs no store call (I1, B10)",
    async run(stage) {
      const { browser, site } = await signedIn(stage);
      const token = tokenIn(browser, USER);
      const step = FULL ? 1 : 9;
      const forged = Array.from({ length: Math.floor(112 / step) }, (_, n) => {
        const other = token[n * step] === "A" ? "B" : "A";
        return token.slice(0, n * step) + other + token.slice(n * step + 1);
      });
      const alien = (await stage.serve({ namespace: "another shop" })).browser();
      await ok(alien.post("/login?user=ada"));
      const values = ["", "x", "0", token.slice(1), `${token}A`, ...forged];
      if (FULL) for (let i = 0; i < 10_000; i++) values.push(`${i}`.padStart(112, "A"));
      stage.store.forget();
      for (const value of values) {
        await expectDead(site.browser(), `${USER}=${value}; ${ANONYMOUS}=${value}`);
      }
      await expectDead(site.browser(), alien.cookieHeader());
      expect(stage.store.calls).toEqual([]);
    },
  },
  {
    title: "invariant 9: a token past the longest absolute timeout costs no store call",
    async run(stage) {
      const { browser } = await signedIn(stage);
      stage.clock.advance(24 * 3_600_000);
      expect(await cost(stage, () => browser.get("/me"))).toEqual([]);
    },
  },
  {
    title: "invariant 9: reading costs one read and no write, however often it is asked for",
    async run(stage) {
      const { browser } = await signedIn(stage, {
        "GET /often": async (session) => {
          await Promise.all([session.get(), session.peek(), session.getOrCreate(), session.get()]);
          await session.requireUser();
          return answer(await session.get());
        },
      });
      for (const path of ["/me", "/peek", "/private", "/often"]) {
        expect(await cost(stage, () => browser.get(path))).toEqual(["read"]);
      }
      expect(await cost(stage, () => browser.post("/take?key=absent"))).toEqual(["read"]);
    },
  },
  {
    title: "invariant 9: writing costs one read and one update",
    async run(stage) {
      const { browser } = await signedIn(stage);
      for (const path of ["/set?key=a&value=b", "/push?item=a", "/basket?item=b", "/take?key=a"]) {
        expect(await cost(stage, () => browser.post(path))).toEqual(["read", "update"]);
      }
    },
  },
  {
    title:
      "invariant 9: reading never creates a record, and asking for a new one does not either (ASVS 7.6.2)",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "GET /new": async (session) => {
            const fresh = await session.getOrCreate();
            return Response.json(Object.keys(fresh.data));
          },
        },
      });
      const browser = site.browser();
      expect(await cost(stage, () => browser.get("/new"))).toEqual([]);
      expect(browser.cookies()).toEqual([]);
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title: "invariant 9: a new anonymous session costs one create",
    async run(stage) {
      const site = await stage.serve();
      for (const path of ["/set?key=a&value=b", "/push?item=a", "/basket?item=b"]) {
        expect(await cost(stage, () => site.browser().post(path))).toEqual(["create"]);
      }
    },
  },
  {
    title: "invariant 9: an anonymous session costs one more read only where the user's is dead",
    async run(stage) {
      const { browser } = await signedIn(stage);
      await ok(browser.post("/set?key=a&value=b", { cookie: null }));
      await ok(browser.get("/me", { cookie: browser.cookieHeader()?.split("; ")[1] ?? "" }));
      await stage.settle();
      expect(browser.cookies()).toHaveLength(2);
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read"]);
      const both = browser.cookieHeader();
      await ok(browser.post("/logout", { cookie: both?.split("; ")[0] ?? "", hold: true }));
      expect(await cost(stage, () => browser.get("/me", { cookie: both }))).toEqual([
        "read",
        "read",
      ]);
    },
  },
  {
    title: "invariant 9: login and logout cost what they must",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      expect(await cost(stage, () => browser.post("/login?user=ada"))).toEqual(["create"]);
      expect(await cost(stage, () => browser.post("/login?user=ada"))).toEqual(["read", "create"]);
      expect(await cost(stage, () => browser.post("/logout"))).toEqual(["read", "delete"]);
      await ok(browser.post("/set?key=a&value=b"));
      const login = await cost(stage, () => browser.post("/login?user=ada&carry=a"));
      expect(login).toEqual(["read", "create", "delete"]);
    },
  },
  {
    title: "invariant 9: a touch, a renewal and the first sight of a new token are one update each",
    async run(stage) {
      const { browser } = await signedIn(stage);
      stage.clock.advance(60_000);
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read", "update"]);
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read"]);
      stage.clock.advance(15 * 60_000);
      await ok(browser.get("/peek"));
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read", "update", "update"]);
      // The new token is seen for the first time.
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read", "update"]);
      expect(await cost(stage, () => browser.get("/me"))).toEqual(["read"]);
    },
  },
  {
    title: "invariant 9: reading sets a cookie only when a renewal is due",
    async run(stage) {
      const { browser } = await signedIn(stage);
      for (let minutes = 1; minutes < 15; minutes++) {
        stage.clock.advance(60_000);
        expect((await ok(browser.get("/me"))).headers.getSetCookie()).toEqual([]);
        await stage.settle();
      }
      stage.clock.advance(60_000);
      expect(handedOut(await ok(browser.get("/peek")))).toEqual([]);
      expect(handedOut(await ok(browser.get("/me")))).toEqual([USER]);
    },
  },
];

/** Signed in, and the token has come back once. */
async function signedIn(
  stage: Stage,
  routes: Routes = {},
): Promise<{ site: Site; browser: TestClient }> {
  const site = await stage.serve({ routes });
  const browser = site.browser();
  await ok(browser.post("/login?user=ada"));
  await rest(stage, browser);
  return { site, browser };
}

/** The store calls of one request, background included. */
async function cost(stage: Stage, send: () => Promise<Response>): Promise<readonly Operation[]> {
  stage.store.forget();
  expect((await send()).status).toBeLessThan(500);
  await stage.settle();
  return stage.store.calls;
}
