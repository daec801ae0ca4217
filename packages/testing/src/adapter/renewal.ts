import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { answer } from "./app.ts";
import { gate } from "./gate.ts";
import { expectDead, handedOut, ok, see, USER, rest } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

const MINUTE = 60_000;
const RENEWAL = 15 * MINUTE;
const GRACE = MINUTE;

/** Invariant 5: renewal survives a bad network, and finds out a thief. */
export const renewal: readonly Story[] = [
  {
    title: "invariant 5: of 100 concurrent requests at the deadline one renews, and all succeed",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await signIn(stage, browser);
      stage.clock.advance(RENEWAL - 1);
      expect(handedOut(await ok(browser.get("/me")))).toEqual([]);
      stage.clock.advance(1);
      const { handle } = await see(browser);
      const responses = await Promise.all(
        Array.from({ length: 100 }, () => ok(browser.get("/me", { hold: true }))),
      );
      const renewed = responses.filter((response) => handedOut(response).length > 0);
      expect(renewed.map(handedOut)).toEqual([[USER]]);
      for (const response of responses) browser.receive(response);
      expect((await see(browser)).handle).toBe(handle);
      expect(stage.events.filter(({ type }) => type === "session_renewed")).toHaveLength(1);
    },
  },
  {
    title:
      "invariant 5: where the response with the new cookie is lost, the old token goes on working",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await signIn(stage, browser);
      stage.clock.advance(RENEWAL);
      const lost = await ok(browser.get("/me", { hold: true }));
      expect(handedOut(lost)).toEqual([USER]);
      // Until another renewal gets through, an interval later.
      let renewed: Response | undefined;
      for (let minutes = 0; minutes < 40 && renewed === undefined; minutes += 2) {
        stage.clock.advance(2 * MINUTE);
        const response = await ok(browser.get("/me"));
        if (handedOut(response).length > 0) renewed = response;
        await stage.settle();
      }
      expect(renewed).toBeDefined();
      await ok(browser.get("/me"));
      expect((await see(browser)).userId).toBe("ada");
      expect(stage.events.map(({ type }) => type)).not.toContain("token_reuse");
    },
  },
  {
    title: "invariant 5: once the new token has been seen, the old one works for a grace",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      const old = await renewedOnce(stage, browser);
      stage.clock.advance(GRACE);
      expect(handedOut(await ok(browser.get("/me", { cookie: old, hold: true })))).toEqual([]);
      await ok(browser.post("/set?key=a&value=b", { cookie: old }));
      expect((await see(browser)).data).toEqual({ a: "b" });
    },
  },
  {
    title:
      "invariant 5: the grace is judged by when the request arrived: a slow upload is no thief",
    async run(stage) {
      const uploaded = gate();
      const arrived = gate();
      const site = await stage.serve({
        routes: {
          "POST /upload": async (session) => {
            arrived.open();
            await uploaded.opened;
            return answer(await session.get());
          },
        },
      });
      const browser = site.browser();
      const old = await renewedOnce(stage, browser);
      stage.clock.advance(GRACE);
      const upload = browser.post("/upload", { cookie: old });
      await arrived.opened;
      stage.clock.advance(5 * MINUTE);
      uploaded.open();
      await ok(upload);
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 5: the old token after its grace is theft, and the session is revoked",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      const old = await renewedOnce(stage, browser);
      stage.clock.advance(GRACE + 1);
      const response = await ok(browser.get("/me", { cookie: old, hold: true }), 401);
      expect(response.headers.getSetCookie()).toEqual([]);
      await expectDead(browser);
      expect(stage.events).toContainEqual(
        expect.objectContaining({ type: "token_reuse", reason: "revoke", userId: "ada" }),
      );
      expect(stage.events).toContainEqual(
        expect.objectContaining({ type: "session_revoked", reason: "reuse", userId: "ada" }),
      );
    },
  },
  {
    title: 'invariant 5: with onReuse "refuse" the thief is refused and the owner stays',
    async run(stage) {
      const browser = (await stage.serve({ onReuse: "refuse" })).browser();
      const old = await renewedOnce(stage, browser);
      stage.clock.advance(GRACE + 1);
      await ok(browser.get("/me", { cookie: old, hold: true }), 401);
      expect((await see(browser)).userId).toBe("ada");
      expect(stage.events).toContainEqual(
        expect.objectContaining({ type: "token_reuse", reason: "refuse" }),
      );
    },
  },
  {
    title: "invariant 5: when thief and owner both go on, the theft is found",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await signIn(stage, browser);
      const thief = browser.copy();
      let statuses: number[] = [];
      for (let minutes = 0; minutes < 40 && !statuses.includes(401); minutes += 5) {
        stage.clock.advance(5 * MINUTE);
        statuses = [];
        for (const client of [browser, thief]) {
          statuses.push((await client.get("/me")).status);
          await stage.settle();
        }
      }
      expect(statuses).toContain(401);
      await expectDead(browser);
      await expectDead(thief);
    },
  },
  {
    title: "invariant 5: a secret that is not remembered is refused and counted, and ends nothing",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await signIn(stage, browser);
      const forgotten = browser.cookieHeader();
      await ok(browser.post("/rotate"));
      await ok(browser.get("/me", { cookie: forgotten, hold: true }), 401);
      expect(stage.events.at(-1)).toMatchObject({
        type: "token_refused",
        reason: "unknown-secret",
      });
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 5: a renewal that a rotate overtakes hands out nothing",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await signIn(stage, browser);
      stage.clock.advance(RENEWAL);
      const owner = browser.copy();
      // The first is the touch.
      const renew = stage.store.pause("update", "before", 1);
      const renewing = browser.get("/me");
      await renew.reached;
      await ok(owner.post("/rotate"));
      renew.resume();
      expect(handedOut(await ok(renewing))).toEqual([]);
      expect((await see(owner)).userId).toBe("ada");
      await expectDead(browser);
    },
  },
  {
    title: "invariant 5: a renewed cookie leaves with a 500 as well",
    async run(stage) {
      const site = await stage.serve({
        routes: {
          "GET /fails": async (session) => {
            await session.get();
            return new Response("sorry", { status: 500 });
          },
        },
      });
      const browser = site.browser();
      await signIn(stage, browser);
      stage.clock.advance(RENEWAL);
      expect(handedOut(await ok(browser.get("/fails"), 500))).toEqual([USER]);
      expect((await see(browser)).userId).toBe("ada");
    },
  },
];

async function signIn(stage: Stage, browser: TestClient): Promise<void> {
  await ok(browser.post("/login?user=ada"));
  await rest(stage, browser);
}

/** Renews, and shows the new token to the server. Gives the Cookie header from before. */
async function renewedOnce(stage: Stage, browser: TestClient): Promise<string | null> {
  await signIn(stage, browser);
  const old = browser.cookieHeader();
  stage.clock.advance(RENEWAL);
  expect(handedOut(await ok(browser.get("/me")))).toEqual([USER]);
  await rest(stage, browser);
  return old;
}
