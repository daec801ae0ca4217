import { expect } from "vitest";
import { ANONYMOUS, expectDead, handedOut, ok, see, USER } from "./look.ts";
import { type Story } from "./stage.ts";

/** Invariant 2: what it takes to end a session, and who can. */
export const endings: readonly Story[] = [
  {
    title:
      "invariant 2: logout deletes both cookies, with the attributes they were set with (B6, B7)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await ok(browser.post("/set?key=a&value=b", { cookie: null }));
      expect(browser.cookies().map(({ name }) => name)).toEqual([USER, ANONYMOUS]);
      const response = await ok(browser.post("/logout"));
      const deletion = "; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0";
      expect(response.headers.getSetCookie().sort()).toEqual(
        [`${ANONYMOUS}=${deletion}`, `${USER}=${deletion}`].sort(),
      );
      expect(browser.cookies()).toEqual([]);
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title: "invariant 2: a destroyed session is over for its own request as well",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "POST /destroy-and-write": async (session) => {
            const current = await session.getOrCreate();
            current.data["before"] = 1;
            await current.destroy();
            await current.destroy();
            const after = await Promise.allSettled([
              current.update(() => {}),
              current.take("before"),
              current.rotate(),
              (async () => current.data)(),
            ]);
            return Response.json(
              after.map((each) => (each.status === "rejected" ? each.reason.code : "done")),
            );
          },
        },
      });
      const [user, visitor, nobody] = [site.browser(), site.browser(), site.browser()];
      await ok(user.post("/login?user=ada"));
      await ok(visitor.post("/set?key=a&value=b"));
      for (const browser of [user, visitor, nobody]) {
        const response = await ok(browser.post("/destroy-and-write"));
        expect(await response.json()).toEqual(Array.from({ length: 4 }, () => "session-gone"));
        expect(handedOut(response)).toEqual([]);
        expect(browser.cookies()).toEqual([]);
      }
      expect(stage.records()).toEqual([]);
    },
  },
  {
    title: "invariant 2: a listener that throws keeps nothing from ending (B5)",
    async run(stage) {
      const site = await stage.serve({
        onEvent: (event) => {
          if (event.at % 2 === 0) throw new Error("listener");
          return Promise.reject(new Error("listener"));
        },
      });
      for (const path of ["/logout", "/destroy"]) {
        stage.clock.advance(1);
        const browser = site.browser();
        await ok(browser.post("/login?user=ada"));
        const copy = browser.copy();
        await ok(browser.post(path));
        await expectDead(copy);
      }
      expect(stage.warnings.some((warning) => warning.includes("onEvent"))).toBe(true);
    },
  },
  {
    title: "invariant 2: only its owner ends a session by its handle (C6)",
    async run(stage) {
      const site = await stage.serve();
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      const { handle } = await see(browser);
      const unknown = "A".repeat(22);
      for (const [user, named] of [
        ["grace", handle],
        ["ada", unknown],
        ["ada", "../x"],
        ["ada", ""],
      ] as const) {
        expect(await site.sessions.revoke(user, named)).toBe(false);
      }
      await see(browser);
      expect(await site.sessions.revoke("ada", handle)).toBe(true);
      await expectDead(browser);
    },
  },
];
