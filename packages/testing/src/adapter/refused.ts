import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { type Routes, storyApp } from "./app.ts";
import { gate } from "./gate.ts";
import { ANONYMOUS, copyOf, expectDead, handedOut, ok, see, setCookieNames, USER } from "./look.ts";
import { OTHER_SECRET, type Site, type Stage, type Story } from "./stage.ts";

/** Invariant 2: what a dead token, or a login that came too late, gets. */
export const refused: readonly Story[] = [
  {
    title:
      "invariant 2: a dead or refused token never causes a Set-Cookie, not even a deletion (B4)",
    async run(stage) {
      const site = await stage.serve();
      for (const make of Object.values(DEAD)) {
        const browser = site.browser();
        const cookie = await make(stage, site, browser);
        for (const path of ["/me", "/peek", "/private"]) {
          const response = await ok(browser.get(path, { cookie, hold: true }), 401);
          expect(response.headers.getSetCookie()).toEqual([]);
        }
        // What it writes begins an anonymous session; the user's cookie stays as it is.
        const response = await ok(browser.post("/set", { cookie, hold: true }));
        expect(setCookieNames(response)).toEqual([ANONYMOUS]);
        expect(handedOut(response)).toEqual([ANONYMOUS]);
      }
    },
  },
  {
    title: "invariant 2: a cookie from before the logout stays dead (B7, B10)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      const copy = browser.copy();
      await ok(browser.post("/logout"));
      for (const hours of [0, 1, 24]) {
        stage.clock.advance(hours * 3_600_000);
        await expectDead(copy);
      }
      for (const value of ["", '""', "deleted"]) {
        stage.store.forget();
        await expectDead(copy, `${USER}=${value}; ${ANONYMOUS}=${value}`);
        expect(stage.store.calls).toEqual([]);
      }
    },
  },
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
  {
    title:
      "invariant 2: what a request writes after its session expired does not bring it back (B1)",
    async run(stage) {
      let [loaded, released] = [gate(), gate()];
      const later: Routes = Object.fromEntries(
        ["/set", "/count", "/rotate"].map((path) => [
          `POST /later${path}`,
          async (session, _query, request) => {
            await session.get();
            loaded.open();
            await released.opened;
            return storyApp()(new Request(request.url.replace("/later", ""), request), session);
          },
        ]),
      );
      const browser = (await stage.serve({ routes: later })).browser();
      for (const path of Object.keys(later)) {
        [loaded, released] = [gate(), gate()];
        await ok(browser.post("/login?user=ada"));
        const late = browser.post(path.slice("POST ".length));
        await loaded.opened;
        stage.clock.advance(3_600_000);
        released.open();
        const response = await ok(late, 401);
        expect(response.headers.getSetCookie()).toEqual([]);
        await expectDead(browser);
      }
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

/** Ways to come by a token that opens nothing. Each gives a Cookie header. */
const DEAD: Readonly<
  Record<string, (stage: Stage, site: Site, browser: TestClient) => Promise<string>>
> = {
  async loggedOut(_stage, _site, browser) {
    const cookie = await signIn(browser);
    await ok(browser.post("/logout"));
    return cookie;
  },
  async revoked(_stage, site, browser) {
    const cookie = await signIn(browser);
    await site.sessions.revokeAll("ada");
    return cookie;
  },
  async rotated(stage, _site, browser) {
    stage.clock.advance(1);
    const cookie = await signIn(browser);
    await ok(browser.post("/rotate"));
    return cookie;
  },
  async idle(stage, _site, browser) {
    const cookie = await signIn(browser);
    stage.clock.advance(3_600_000);
    return cookie;
  },
  async outlived(stage, _site, browser) {
    const cookie = await signIn(browser);
    stage.clock.advance(25 * 3_600_000);
    return cookie;
  },
  async garbage() {
    return `${USER}=garbage`;
  },
  async forged(_stage, _site, browser) {
    const cookie = await signIn(browser);
    return `${cookie.slice(0, -1)}${cookie.endsWith("A") ? "B" : "A"}`;
  },
  async ofAnotherServer(stage, _site, _browser) {
    const other = (await stage.serve({ secret: OTHER_SECRET })).browser();
    return signIn(other);
  },
  async twice(_stage, _site, browser) {
    const cookie = await signIn(browser);
    return `${cookie}; ${cookie}`;
  },
};

async function signIn(browser: TestClient): Promise<string> {
  await ok(browser.post("/login?user=ada"));
  return copyOf(browser, USER);
}
