import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { type Routes, storyApp } from "./app.ts";
import { gate } from "./gate.ts";
import { ANONYMOUS, copyOf, expectDead, handedOut, ok, setCookieNames, USER } from "./look.ts";
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
    title: "invariant 2: a cookie from before the logout stays dead (B7, B10, ASVS 7.4.1)",
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
