import { expect } from "vitest";
import { gate } from "./gate.ts";
import { expectDead, handedOut, ok } from "./look.ts";
import { type Story } from "./stage.ts";

/** Invariant 2: logins that began before the user was revoked. */
export const lateLogins: readonly Story[] = [
  {
    title: "invariant 2: a login whose authentication began before revokeAll is refused",
    async run(stage) {
      let checking = gate();
      let checked = gate();
      const site = await stage.serve({
        routes: {
          "POST /slow-login": async (session) => {
            checking.open();
            await checked.opened;
            return Response.json(await session.login("ada"));
          },
        },
      });
      // How long the password check goes on after the revocation: the stamp lasts 10 minutes.
      for (const late of [0, 1, 60_000, 599_000]) {
        checking = gate();
        checked = gate();
        const browser = site.browser();
        const login = browser.post("/slow-login");
        await checking.opened;
        stage.clock.advance(1);
        await site.sessions.revokeAll("ada");
        stage.clock.advance(late);
        checked.open();
        const response = await ok(login, 401);
        expect(handedOut(response)).toEqual([]);
        expect(stage.records()).toEqual([]);
      }
      expect(stage.events.map(({ type }) => type)).toContain("login_refused");
      await ok(site.browser().post("/login?user=ada"));
    },
  },
  {
    title: "invariant 2: a login that reached the store before revokeAll is ended by it",
    async run(stage) {
      const site = await stage.serve();
      for (const when of ["before", "after"] as const) {
        stage.clock.advance(1);
        const browser = site.browser();
        const create = stage.store.pause("create", when);
        const login = browser.post("/login?user=ada");
        await create.reached;
        stage.clock.advance(1);
        await site.sessions.revokeAll("ada");
        create.resume();
        await login;
        await expectDead(browser);
        expect(stage.records()).toEqual([]);
      }
    },
  },
];
