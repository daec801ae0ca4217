import { expect } from "vitest";
import { ok, see, rest } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 11: how much a session may hold. */
export const sizes: readonly Story[] = [
  {
    title: "invariant 11: too much is a 413 before anything is written (I3)",
    async run(stage) {
      const browser = (await stage.serve({ maxBytes: 1000, maxKeyBytes: 600 })).browser();
      await ok(browser.post("/set?key=kept&value=1"));
      const before = await see(browser);
      await ok(browser.post(`/set?key=big&value=${"x".repeat(700)}`), 413);
      await ok(browser.post(`/set?key=${"k".repeat(700)}&value=`), 413);
      await ok(browser.post(`/set?key=wide&value=${encodeURIComponent("€".repeat(250))}`), 413);
      await ok(browser.post(`/set?key=one&value=${"x".repeat(500)}`));
      await ok(browser.post(`/set?key=two&value=${"x".repeat(500)}`), 413);
      await ok(browser.post(`/basket?item=${"x".repeat(500)}`), 413);
      expect(Object.keys((await see(browser)).data)).toEqual([...Object.keys(before.data), "one"]);
      await ok(browser.post(`/set?key=big&value=${"x".repeat(700)}`, { cookie: null }), 413);
    },
  },
  {
    title: "invariant 11: two requests that together are too much do not both succeed (I3)",
    async run(stage) {
      const browser = (await stage.serve({ maxBytes: 1000 })).browser();
      await ok(browser.post("/set?key=kept&value=1"));
      await rest(stage, browser);
      const update = stage.store.pause("update");
      const slow = browser.post(`/set?key=slow&value=${"x".repeat(600)}`);
      await update.reached;
      await ok(browser.post(`/set?key=quick&value=${"x".repeat(600)}`));
      update.resume();
      await ok(slow, 413);
      expect(Object.keys((await see(browser)).data).sort()).toEqual(["kept", "quick"]);
    },
  },
];
