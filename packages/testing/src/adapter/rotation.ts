import { expect } from "vitest";
import { done } from "./app.ts";
import { expectDead, handedOut, ok, see, rest } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 1: who held a token from before a rotate. */
export const rotation: readonly Story[] = [
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
];
