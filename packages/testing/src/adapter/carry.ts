import { expect } from "vitest";
import { expectDead, handedOut, ok, see, USER } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 1: what crosses a login, and what does not. */
export const carry: readonly Story[] = [
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
];
