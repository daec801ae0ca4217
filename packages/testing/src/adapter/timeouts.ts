import { expect } from "vitest";
import { expectDead, look, ok, see, USER, rest } from "./look.ts";
import type { Story } from "./stage.ts";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Invariant 4: when a session ends is the server's to say. Default: idle 1 h, absolute 24 h. */
export const timeouts: readonly Story[] = [
  {
    title: "invariant 4: idle for 1 ms less than its timeout it lives, and then it is dead",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      stage.clock.advance(10 * MINUTE);
      await rest(stage, browser);
      stage.clock.advance(HOUR - 1);
      const { idleExpiresAt } = await see(browser);
      expect(idleExpiresAt).toBe(stage.clock.now() + 1);
      stage.clock.advance(1);
      await expectDead(browser);
    },
  },
  {
    title:
      "invariant 4: in constant use it lives until its absolute timeout, and 1 ms more is dead",
    async run(stage) {
      const browser = (await stage.serve({ timeouts: { renewal: "none" } })).browser();
      await ok(browser.post("/login?user=ada"));
      const { expiresAt } = await see(browser);
      expect(expiresAt).toBe(stage.clock.now() + DAY);
      for (let passed = 0; passed + 30 * MINUTE < DAY; passed += 30 * MINUTE) {
        await rest(stage, browser);
        expect((await see(browser)).expiresAt).toBe(expiresAt);
        stage.clock.advance(30 * MINUTE);
      }
      stage.clock.advance(expiresAt - stage.clock.now() - 1);
      await ok(browser.get("/me"));
      stage.clock.advance(1);
      await expectDead(browser);
    },
  },
  {
    title: "invariant 4: only a new authentication moves the absolute deadline",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      const first = await see(browser);
      stage.clock.advance(20 * MINUTE);
      for (const path of ["/set?key=a&value=b", "/count", "/rotate"]) {
        await ok(browser.post(path));
        await rest(stage, browser);
        expect((await see(browser)).expiresAt).toBe(first.expiresAt);
      }
      await ok(browser.post("/login?user=ada"));
      expect((await see(browser)).expiresAt).toBe(first.expiresAt + 20 * MINUTE);
    },
  },
  {
    title: "invariant 4: peek is no activity",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      const first = await see(browser);
      stage.store.forget();
      for (let passed = 0; passed < HOUR; passed += 10 * MINUTE) {
        expect(await look(browser)).toEqual(first);
        await stage.settle();
        stage.clock.advance(10 * MINUTE);
      }
      expect(stage.store.calls).not.toContain("update");
      await expectDead(browser);
    },
  },
  {
    title: "invariant 4: activity is written down at most once a touch interval",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      stage.store.forget();
      for (let seconds = 0; seconds < 300; seconds += 10) {
        stage.clock.advance(10 * SECOND);
        await Promise.all([ok(browser.get("/me")), ok(browser.get("/me"))]);
        await stage.settle();
      }
      const touches = stage.store.calls.filter((operation) => operation === "update");
      // Two requests that come at once may both find it due.
      expect(touches.length).toBeGreaterThanOrEqual(5);
      expect(touches.length).toBeLessThanOrEqual(10);
      const { lastSeenAt } = await see(browser);
      expect(lastSeenAt).toBe(stage.clock.now());
    },
  },
  {
    title: "invariant 4: idle ends up to one touch interval early, never late",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      // The last activity, which is too soon after the first to be written down.
      stage.clock.advance(MINUTE - 1);
      await rest(stage, browser);
      stage.clock.advance(HOUR - MINUTE);
      expect((await see(browser)).userId).toBe("ada");
      stage.clock.advance(MINUTE);
      await expectDead(browser);
    },
  },
  {
    title: "invariant 4: no response waits for a touch",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      const touch = stage.store.pause("update");
      await ok(browser.get("/me"));
      await touch.reached;
      const { lastSeenAt } = await see(browser);
      expect(lastSeenAt).toBeNull();
      touch.resume();
      await stage.settle();
      expect((await see(browser)).lastSeenAt).toBe(stage.clock.now());
    },
  },
  {
    title: "invariant 4: a timeout that was shortened bites at once, a longer one prolongs nothing",
    async run(stage) {
      const day = (await stage.serve()).browser();
      const strict = await stage.serve({ timeouts: { idle: "5m", absolute: "2h" } });
      const lax = await stage.serve({ timeouts: { idle: "2h", absolute: "30d", renewal: "none" } });
      await ok(day.post("/login?user=ada"));
      const cookie = day.cookieHeader();
      stage.clock.advance(5 * MINUTE - 1);
      expect((await see(strict.browser(), cookie)).userId).toBe("ada");
      stage.clock.advance(1);
      await expectDead(strict.browser(), cookie);
      expect(stage.events.at(-1)).toMatchObject({ type: "session_expired", reason: "idle" });
      // What ended in one process has ended.
      await expectDead(day);

      await ok(day.post("/login?user=ada"));
      const second = day.cookieHeader();
      stage.clock.advance(HOUR);
      await expectDead(lax.browser(), second);
    },
  },
  {
    title: "invariant 4: a shortened absolute timeout bites at once",
    async run(stage) {
      const day = (await stage.serve()).browser();
      const strict = await stage.serve({ timeouts: { absolute: "2h" } });
      await ok(day.post("/login?user=ada"));
      for (let passed = 0; passed < 2 * HOUR; passed += 10 * MINUTE) {
        await rest(stage, day);
        stage.clock.advance(10 * MINUTE);
      }
      await expectDead(strict.browser(), day.cookieHeader());
    },
  },
  {
    title: "invariant 4: a cookie's Max-Age is a courtesy: a cookie kept longer is dead (B8, B9)",
    async run(stage) {
      const site = await stage.serve({
        timeouts: { default: "aal2", remembered: { absolute: "30d", idle: "14d" } },
      });
      const [plain, remembered] = [site.browser(), site.browser()];
      const brief = await ok(plain.post("/login?user=ada"));
      expect(brief.headers.getSetCookie().join()).not.toMatch(/max-age|expires/i);
      const long = await ok(remembered.post("/login?user=ada&persistent&policy=remembered"));
      expect(long.headers.getSetCookie().join()).toContain(`Max-Age=${(30 * DAY) / 1000}`);

      // A renewal counts from the same beginning.
      stage.clock.advance(10 * DAY);
      await expectDead(plain);
      const kept = remembered.cookieHeader();
      const renewed = await ok(remembered.get("/me"));
      expect(renewed.headers.getSetCookie().join()).toContain(`Max-Age=${(20 * DAY) / 1000}`);
      await rest(stage, remembered);

      stage.clock.advance(13 * DAY);
      const later = remembered.cookieHeader();
      await rest(stage, remembered);
      stage.clock.advance(7 * DAY);
      expect(remembered.cookies().filter(({ name }) => name === USER)).toEqual([]);
      for (const cookie of [kept, later]) await expectDead(remembered, cookie);
    },
  },
];
