import { expect } from "vitest";
import { done } from "./app.ts";
import { gate } from "./gate.ts";
import { ANONYMOUS, copyOf, look, ok, see, setCookieNames, USER } from "./look.ts";
import type { Story } from "./stage.ts";

/** Invariant 1: which cookie counts, and that those that are owed arrive. */
export const cookies: readonly Story[] = [
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
