import { type Clock, timeLimited } from "@sojourn/core";
import { expect } from "vitest";
import { handedOut, ok, see, rest } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

/** Invariant 8: what cannot be known is refused. */
export const failure: readonly Story[] = [
  {
    title:
      "invariant 8: a store that is down is a 503: no anonymous session, no logout, no success",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set?key=cart&value=socks"));
      await ok(browser.post("/login?user=ada&carry=cart"));
      await rest(stage, browser);
      stage.store.break();
      for (const path of ["/me", "/peek", "/private"]) {
        await expectUnavailable(browser.get(path));
      }
      for (const path of [
        "/set?key=a&value=b",
        "/count",
        "/take?key=cart",
        "/rotate",
        "/login?user=grace",
        "/logout",
        "/destroy",
        "/revoke-others",
      ]) {
        await expectUnavailable(browser.post(path));
      }
      stage.store.mend();
      expect(await see(browser)).toMatchObject({ userId: "ada", data: { cart: "socks" } });
    },
  },
  {
    title: "invariant 8: a store that fails to write is a 503, and the session is as it was",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      stage.store.break("update");
      stage.store.break("create");
      for (const path of ["/set?key=a&value=b", "/count", "/rotate"]) {
        await expectUnavailable(browser.post(path));
      }
      await expectUnavailable(browser.post("/set?key=a&value=b", { cookie: null }));
      stage.store.mend();
      expect(await see(browser)).toMatchObject({ userId: "ada", data: {} });
    },
  },
  {
    title: "invariant 8: a store that hangs past its time limit is a 503",
    async run(stage) {
      const timer = manualTimer();
      const site = await stage.serve({ store: timeLimited(stage.store, 2_000, timer.clock) });
      const browser = site.browser();
      await ok(browser.post("/login?user=ada"));
      await rest(stage, browser);
      for (const [operation, send] of [
        ["read", () => browser.get("/me")],
        ["update", () => browser.post("/set?key=a&value=b")],
        ["delete", () => browser.post("/logout")],
        ["create", () => browser.post("/login?user=ada", { cookie: null })],
      ] as const) {
        const hanging = stage.store.pause(operation);
        const response = send();
        await hanging.reached;
        timer.strike();
        await expectUnavailable(response);
        if (operation === "update") expect((await see(browser)).data).toEqual({});
      }
      expect((await see(browser)).userId).toBe("ada");
    },
  },
  {
    title: "invariant 8: a touch that fails is told, and fails no response",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/login?user=ada"));
      stage.store.break("update");
      await rest(stage, browser);
      stage.store.mend();
      expect(stage.events.at(-1)).toMatchObject({
        type: "background_failed",
        reason: "store-unavailable",
      });
    },
  },
  {
    title: "invariant 8: a random source that fails or repeats itself makes no session (H1)",
    async run(stage) {
      for (const random of [
        () => {
          throw new Error("no entropy");
        },
        (bytes: Uint8Array) => bytes.fill(0),
        (bytes: Uint8Array) => bytes.forEach((_, i) => (bytes[i] = i)),
      ]) {
        stage.empty();
        const browser = (await stage.serve({ random })).browser();
        // One that repeats itself shows at the second draw of as many bytes.
        const responses = [
          await browser.post("/login?user=ada"),
          await browser.post("/login?user=ada"),
        ];
        expect(responses.at(-1)?.status).toBe(500);
        expect(handedOut(responses.at(-1) as Response)).toEqual([]);
        expect(stage.records().length).toBeLessThan(2);
      }
    },
  },
  {
    title: "invariant 8: a handle that is taken is never adopted: another is minted, once (H3)",
    async run(stage) {
      const taken = (count: number) => {
        let left = count;
        return {
          ...stage.store,
          create: (async (...args) =>
            left-- > 0
              ? { status: "exists" }
              : stage.store.create(...args)) as Stage["store"]["create"],
        };
      };
      const once = (await stage.serve({ store: taken(1) })).browser();
      await ok(once.post("/login?user=ada"));
      await ok(once.post("/set?key=a&value=b", { cookie: null }));
      const always = (await stage.serve({ store: taken(99) })).browser();
      await expectUnavailable(always.post("/login?user=ada"));
      await expectUnavailable(always.post("/set?key=a&value=b"));
    },
  },
];

async function expectUnavailable(sent: Promise<Response>): Promise<void> {
  const response = await ok(sent, 503);
  expect(response.headers.getSetCookie()).toEqual([]);
  expect(response.headers.get("Cache-Control")).toContain("no-store");
}

/** A clock whose waits all end when it strikes. */
function manualTimer(): { clock: Clock; strike(): void } {
  let waiting: (() => void)[] = [];
  return {
    clock: {
      now: () => 0,
      sleep: () => new Promise((resolve) => waiting.push(resolve)),
    },
    strike() {
      for (const resolve of waiting) resolve();
      waiting = [];
    },
  };
}
