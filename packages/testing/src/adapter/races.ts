import { expect } from "vitest";
import { done } from "./app.ts";
import { gate } from "./gate.ts";
import {
  ANONYMOUS,
  copyOf,
  expectDead,
  handedOut,
  ok,
  see,
  setCookieNames,
  USER,
  rest,
} from "./look.ts";
import type { Story } from "./stage.ts";
import { FULL } from "./tier.ts";

/** The races in which session middleware of other houses loses a logout, a login or a write. */
export const races: readonly Story[] = [
  {
    title:
      "invariant 2: a slow handler that writes while another request logs out (Express's race)",
    async run(stage) {
      const [started, released] = [gate(), gate()];
      const site = await stage.serve({
        routes: {
          "POST /slow": async (session) => {
            const { data } = await session.getOrCreate();
            started.open();
            await released.opened;
            data["slow"] = "written";
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      const copy = browser.copy();
      const slow = browser.post("/slow", { hold: true });
      await started.opened;
      await ok(browser.post("/logout"));
      released.open();
      const response = await ok(slow, 401);
      expect(response.headers.getSetCookie()).toEqual([]);
      browser.receive(response);
      await expectDead(browser);
      await expectDead(copy);
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title:
      "invariant 1: an anonymous write while or after the same browser logs in leaves it logged in",
    async run(stage) {
      const site = await stage.serve();
      for (const start of ["nothing", "an anonymous session"]) {
        for (const order of ["during", "after", "late"] as const) {
          const browser = site.browser();
          if (start !== "nothing") {
            await ok(browser.post("/basket?item=first"));
            await rest(stage, browser);
          }
          const before = browser.cookieHeader();
          // "during": it reached the store before the login, and its response comes last.
          const operation = start === "nothing" ? "create" : "update";
          const write = order === "during" ? stage.store.pause(operation) : undefined;
          const early = write && browser.post("/basket?item=socks", { hold: true });
          await write?.reached;
          await ok(browser.post("/login?user=ada&carry=items"));
          write?.resume();
          const cookie = order === "after" ? browser.cookieHeader() : before;
          const response = await (early ??
            browser.post("/basket?item=socks", { cookie, hold: true }));
          expect(handedOut(response)).not.toContain(USER);
          expect(setCookieNames(response)).toEqual(handedOut(response));
          browser.receive(response);
          expect((await see(browser)).userId).toBe("ada");
          await stage.settle();
        }
      }
    },
  },
  {
    title:
      "invariant 2: a parallel request with the token from before a rotate keeps the new cookie",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      for (const operation of ["read", "update"] as const) {
        const paused = stage.store.pause(operation);
        const parallel = browser.post("/set?key=a&value=b", { hold: true });
        await paused.reached;
        const cookie = copyOf(browser, USER);
        const rotated = await ok(browser.post("/rotate"));
        paused.resume();
        const response = await parallel;
        for (const late of [response, await browser.get("/me", { cookie, hold: true })]) {
          expect(setCookieNames(late)).not.toContain(USER);
          browser.receive(late);
        }
        expect(handedOut(rotated)).toEqual([USER]);
        expect((await see(browser)).userId).toBe("ada");
        expect(copyOf(browser, USER)).not.toBe(cookie);
      }
      expect(browser.cookies().map(({ name }) => name)).toEqual([USER, ANONYMOUS]);
    },
  },
  {
    title: "invariant 2: a login checked before revokeAll and stored after it is refused",
    async run(stage) {
      const site = await stage.serve();
      const browser = site.browser();
      const create = stage.store.pause("create");
      const login = browser.post("/login?user=ada");
      await create.reached;
      await site.sessions.revokeAll("ada");
      create.resume();
      const response = await ok(login, 401);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title: "invariant 3: of 200 concurrent requests that set a key each, 200 keys are there",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=first"));
      const keys = Array.from({ length: 200 }, (_, i) => `key${i}`);
      await Promise.all(keys.map((key) => ok(browser.post(`/set?key=${key}&value=${key}`))));
      const { data } = await see(browser);
      expect(Object.keys(data).sort()).toEqual(["first", ...keys].sort());
    },
  },
  {
    title: "invariant 3: of 50 concurrent additions by update(fn), 50 items are there",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=first"));
      const items = Array.from({ length: 50 }, (_, i) => `item${i}`);
      await Promise.all(items.map((item) => ok(browser.post(`/basket?item=${item}`))));
      expect(((await see(browser)).data["items"] as string[]).sort()).toEqual(items.sort());
    },
  },
  {
    title: "invariant 3: of 50 that read and push, each is there or was told 409",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=first"));
      const items = Array.from({ length: 50 }, (_, i) => `item${i}`);
      const sent = await Promise.all(items.map((item) => browser.post(`/push?item=${item}`)));
      const saved = items.filter((_, i) => sent[i]?.status === 204);
      expect(sent.filter(({ status }) => status === 409)).toHaveLength(50 - saved.length);
      expect(saved.length).toBeGreaterThan(0);
      expect(((await see(browser)).data["items"] as string[]).sort()).toEqual(saved.sort());
    },
  },
  {
    title: "invariant 3: 200 concurrent update(counter + 1) make 200",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=first"));
      await Promise.all(Array.from({ length: 200 }, () => ok(browser.post("/count"))));
      expect((await see(browser)).data["count"]).toBe(200);
    },
  },
  {
    title: "invariant 11: interleaved requests of many browsers see their own data only (J6)",
    async run(stage) {
      const site = await stage.serve();
      const browsers = Array.from({ length: 10 }, () => site.browser());
      await Promise.all(
        browsers.map(async (browser, i) => {
          await ok(browser.post(`/login?user=user${i}`));
          for (let round = 0; round < (FULL ? 1000 : 10); round++) {
            await ok(browser.post(`/set?key=mine&value=${i}.${round}`));
            const { userId, data } = await see(browser);
            expect([userId, data]).toEqual([`user${i}`, { mine: `${i}.${round}` }]);
          }
        }),
      );
    },
  },
];
