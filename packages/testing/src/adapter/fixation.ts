import { expect } from "vitest";
import { answer, done } from "./app.ts";
import { gate } from "./gate.ts";
import {
  ANONYMOUS,
  copyOf,
  expectDead,
  handedOut,
  look,
  ok,
  see,
  setCookieNames,
  tokenIn,
  USER,
  rest,
} from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 1: nobody gets into a session by knowing what the browser held before the login. */
export const fixation: readonly Story[] = [
  {
    title: "invariant 1: login makes a new handle and a new secret, and the old token is dead (A1)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=cart&value=socks"));
      const planted = browser.cookieHeader();
      const before = await see(browser);
      await ok(browser.post("/login?user=ada"));
      const after = await see(browser);
      expect(after).toMatchObject({ userId: "ada", data: {} });
      expect(after.handle).not.toBe(before.handle);
      await expectDead(browser, planted);
    },
  },
  {
    title: "invariant 1: a login over the same user's session, or another's, ends that one (A1, F)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      for (const user of ["ada", "ada", "grace"]) {
        const earlier = browser.cookieHeader();
        const before = earlier && (await see(browser));
        stage.clock.advance(1000);
        await ok(browser.post(`/login?user=${user}`));
        const after = await see(browser);
        expect(after.userId).toBe(user);
        if (before === null || before === "") continue;
        expect(after.handle).not.toBe(before.handle);
        await expectDead(browser, earlier);
      }
    },
  },
  {
    title: "invariant 1: logout and login in one request give a new session (A6)",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /switch": async (session) => {
            await session.logout();
            return Response.json(await session.login("grace"));
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      const earlier = browser.cookieHeader();
      const { handle } = await see(browser);
      await ok(browser.post("/switch"));
      const after = await see(browser);
      expect(after.userId).toBe("grace");
      expect(after.handle).not.toBe(handle);
      await expectDead(browser, earlier);
    },
  },
  {
    title: "invariant 1: a session that has ended is never adopted again (A2)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set"));
      const dead = browser.cookieHeader();
      const { handle } = await see(browser);
      await ok(browser.post("/logout"));
      const token = dead?.split("=")[1];
      const response = await ok(browser.post("/set", { cookie: dead }));
      expect(response.headers.getSetCookie().join()).not.toContain(token);
      expect((await see(browser)).handle).not.toBe(handle);
      await expectDead(browser, dead);
    },
  },
  {
    title: "invariant 1: a token that this server did not mint is never adopted (A3, J7)",
    async run(stage) {
      const site = await stage.serve();
      for (const value of madeUpTokens(site.browser().origin)) {
        for (const name of [USER, ANONYMOUS]) {
          const browser = site.browser();
          const cookie = `${name}=${value}`;
          await expectDead(browser, cookie);
          const response = await ok(browser.post("/set", { cookie }));
          expect(handedOut(response)).toEqual([ANONYMOUS]);
          expect(tokenIn(browser, ANONYMOUS)).not.toBe(value);
          await expectDead(browser, cookie);
        }
      }
    },
  },
  {
    title: "invariant 1: what a browser began before its login, another cannot end (A4)",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /begin": async (session) => {
            await session.update((data) => {
              data["flow"] = "state-of-the-attacker";
            });
            return done();
          },
          "POST /callback": async (session, query) => {
            const flow = await (await session.get())?.take("flow");
            if (flow === undefined || flow !== query.get("state")) return answer(null);
            return Response.json(await session.login("mallory"));
          },
        },
      });
      const [attacker, victim] = [site.browser(), site.browser()];
      await ok(attacker.post("/begin"));
      await ok(victim.post("/callback?state=state-of-the-attacker"), 401);
      await expectDead(victim);
      await ok(attacker.post("/callback?state=state-of-the-attacker"));
    },
  },
  {
    title: "invariant 1: only the data that is named crosses a login (A5)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=cart&value=socks"));
      await ok(browser.post("/set?key=csrf&value=known-to-the-attacker"));
      await ok(browser.post("/login?user=ada&carry=cart,absent"));
      expect((await see(browser)).data).toEqual({ cart: "socks" });
      // Again in the same browser: from the user's own session it is the same.
      await ok(browser.post("/set?key=theme&value=dark"));
      await ok(browser.post("/login?user=ada&carry=theme"));
      expect((await see(browser)).data).toEqual({ theme: "dark" });
    },
  },
  {
    title: "invariant 1: what the same request wrote before its login is carried as well",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /write-then-login": async (session) => {
            (await session.getOrCreate()).data["cart"] = "hat";
            return Response.json(await session.login("ada", { carry: ["cart"] }));
          },
        },
      });
      const [first, second] = [site.browser(), site.browser()];
      await ok(second.post("/set?key=cart&value=socks"));
      for (const browser of [first, second]) {
        const response = await ok(browser.post("/write-then-login"));
        expect(handedOut(response)).toEqual([USER]);
        expect((await see(browser)).data).toEqual({ cart: "hat" });
      }
      // The anonymous sessions are gone, and none was stored on the way.
      expect(stage.records().map(({ userId }) => userId)).toEqual(["ada", "ada"]);
    },
  },
  {
    title: "invariant 1: another user's data cannot be carried",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await ok(browser.post("/set?key=cart&value=socks"));
      await ok(browser.post("/login?user=grace&carry=cart"), 409);
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 1: a write acknowledged while the login is under way is carried too",
    async run(stage) {
      const site = await stage.serve();
      const browser = site.browser();
      await ok(browser.post("/set?key=cart&value=socks"));
      for (const when of ["before", "after"] as const) {
        const other = browser.copy();
        const create = stage.store.pause("create", when);
        const login = other.post("/login?user=ada&carry=cart");
        await create.reached;
        const write = await ok(browser.post(`/set?key=cart&value=${when}`));
        expect(write.status).toBe(204);
        create.resume();
        await ok(login);
        expect((await see(other)).data).toEqual({ cart: when });
        await expectDead(browser);
        await ok(browser.post("/set?key=cart&value=socks"));
      }
    },
  },
  {
    title:
      "invariant 1: a copy of the token from before a rotate is dead (A1 on credential change)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      const thief = browser.copy();
      const { handle } = await see(browser);
      await ok(browser.post("/rotate"));
      expect((await see(browser)).handle).toBe(handle);
      await expectDead(thief);
    },
  },
  {
    title:
      "invariant 1: a request with the token from before a rotate never sees the new privilege",
    async run(stage) {
      const seen: unknown[] = [];
      const site = await stage.serve({
        routes: {
          "POST /watch": async (session) => {
            await session.update((data) => {
              seen.push(data["role"] ?? null);
              data["seen"] = seen.length;
            });
            return done();
          },
          "POST /promote": async (session) => {
            const user = await session.requireUser();
            await user.rotate();
            user.data["role"] = "admin";
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      const thief = browser.copy();
      const update = stage.store.pause("update");
      const watched = thief.post("/watch");
      await update.reached;
      await ok(browser.post("/promote"));
      update.resume();
      const response = await ok(watched, 401);
      expect(handedOut(response)).toEqual([]);
      expect(seen).toEqual([null]);
      expect((await see(browser)).data["role"]).toBe("admin");
      await expectDead(thief);
    },
  },
  {
    title: "invariant 1: revoking the others rotates this one and ends the copies",
    async run(stage) {
      const site = await stage.serve();
      const [browser, other] = [site.browser(), site.browser()];
      await ok(browser.post("/login?user=ada"));
      await ok(other.post("/login?user=ada"));
      const thief = browser.copy();
      const response = await ok(browser.post("/revoke-others"));
      expect(await response.json()).toBe(1);
      expect((await see(browser)).userId).toBe("ada");
      await expectDead(other);
      await expectDead(thief);
    },
  },
  {
    title: "invariant 1: a cookie owed for a login or logout leaves with a 500 as well",
    async run(stage) {
      const failed = gate();
      const site = await stage.serve({
        routes: {
          "POST /login-and-fail": async (session) => {
            await session.login("ada");
            return new Response("sorry", { status: 500 });
          },
          "POST /logout-and-fail": async (session) => {
            await session.logout();
            failed.open();
            return new Response("sorry", { status: 500 });
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/login-and-fail"), 500);
      expect((await see(browser)).userId).toBe("ada");
      const response = await ok(browser.post("/logout-and-fail"), 500);
      expect(setCookieNames(response)).toEqual([USER, ANONYMOUS]);
      expect(browser.cookies()).toEqual([]);
    },
  },
  {
    title: "invariant 1: a store that fails after the login does not keep its cookie back",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /login-and-write": async (session) => {
            const user = await session.login("ada");
            user.data["greeting"] = "hello";
            stage.store.break();
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/login-and-write"), 503);
      stage.store.mend();
      expect(await see(browser)).toMatchObject({ userId: "ada", data: {} });
    },
  },
  {
    title:
      "invariant 1: the user's cookie decides, and a forged one gives way to the anonymous (F4)",
    async run(stage) {
      const site = await stage.serve();
      const [user, visitor] = [site.browser(), site.browser()];
      await ok(user.post("/login?user=ada"));
      await ok(visitor.post("/set?key=cart&value=planted"));
      const both = `${copyOf(visitor, ANONYMOUS)}; ${copyOf(user, USER)}`;
      expect((await look(user, both))?.userId).toBe("ada");
      await ok(user.post("/logout", { cookie: copyOf(user, USER) }));
      expect((await look(user, both))?.data).toEqual({ cart: "planted" });
      const forged = `${USER}=${"A".repeat(112)}; ${copyOf(visitor, ANONYMOUS)}`;
      expect((await look(user, forged))?.data).toEqual({ cart: "planted" });
    },
  },
];

/** What somebody who has read the source would try, and what no browser would send. */
function madeUpTokens(seed: string): string[] {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  let state = seed.length;
  const random = (below: number) => (state = (state * 1_103_515_245 + 12_345) % 2 ** 31) % below;
  const wellFormed = Array.from({ length: 4 }, () =>
    Array.from({ length: 112 }, () => alphabet[random(64)]).join(""),
  );
  return [
    ...wellFormed,
    `AQ${wellFormed[0]?.slice(2)}`,
    "0",
    "null",
    "../../etc/passwd",
    "a".repeat(3000),
  ];
}
