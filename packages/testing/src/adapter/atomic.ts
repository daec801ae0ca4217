import { expect } from "vitest";
import { done } from "./app.ts";
import { ok, see, rest } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 3: changes that depend on what is stored. */
export const atomic: readonly Story[] = [
  {
    title: "invariant 3: update(fn) runs again on what another request wrote, for one more call",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/count"));
      await rest(stage, browser);
      stage.store.forget();
      const update = stage.store.pause("update");
      const slow = browser.post("/count");
      await update.reached;
      expect(await (await ok(browser.post("/count"))).json()).toBe(2);
      update.resume();
      expect(await (await ok(slow)).json()).toBe(3);
      expect(stage.store.calls).toEqual(["read", "update", "read", "update", "update"]);
    },
  },
  {
    title: "invariant 3: update(fn) gives up with a 409 when its time is over (I4, I6)",
    async run(stage) {
      let runs = 0;
      const site = await stage.serve({
        routes: {
          "POST /hopeless": async (session) => {
            await session.update(async (data) => {
              runs++;
              stage.clock.advance(1000);
              await ok(rival.post("/count"));
              data["hopeless"] = true;
            });
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/count"));
      const rival = browser.copy();
      await ok(browser.post("/hopeless"), 409);
      expect(runs).toBeLessThan(8);
      expect((await see(browser)).data).toEqual({ count: runs + 1 });
    },
  },
  {
    title: "invariant 3: of many that take a value, one gets it",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=flash&value=saved"));
      const taken = await Promise.all(
        Array.from({ length: 100 }, async () => {
          const response = await ok(browser.post("/take?key=flash"));
          return (await response.json()) as unknown;
        }),
      );
      expect(taken.filter((value) => value === "saved")).toHaveLength(1);
      expect(taken.filter((value) => value === null)).toHaveLength(99);
      expect((await see(browser)).data).toEqual({});
    },
  },
  {
    title: "invariant 3: what a handler changed by itself and by update(fn) is saved together",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /both": async (session) => {
            const current = await session.getOrCreate();
            current.data["own"] = "kept";
            await current.update((data) => {
              data["count"] = 1;
            });
            return Response.json(current.data);
          },
          "POST /clash": async (session) => {
            const current = await session.getOrCreate();
            current.data["count"] = (current.data["count"] as number) + 10;
            await current.update((data) => {
              data["count"] = 2;
            });
            return done();
          },
        },
      });
      const browser = site.browser();
      await ok(browser.post("/set?key=first&value=1"));
      const response = await ok(browser.post("/both"));
      expect(await response.json()).toEqual({ first: "1", own: "kept", count: 1 });
      expect((await see(browser)).data).toEqual({ first: "1", own: "kept", count: 1 });
      await ok(browser.post("/clash"), 409);
      expect((await see(browser)).data["count"]).toBe(2);
    },
  },
];
