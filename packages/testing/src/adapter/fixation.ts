import { expect } from "vitest";
import { answer, done } from "./app.ts";
import { ANONYMOUS, expectDead, handedOut, ok, see, tokenIn, USER } from "./look.ts";
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
