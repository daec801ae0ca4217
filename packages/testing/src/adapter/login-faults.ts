import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { ANONYMOUS, copyOf, handedOut, look, ok, see, USER } from "./look.ts";
import type { Stage, Story } from "./stage.ts";

/** Invariant 1, where the store fails at any one call of a login. */
export const loginFaults: readonly Story[] = [
  {
    title:
      "invariant 1: a store that fails at any call of a login leaves nothing to get in by (A7)",
    async run(stage) {
      const site = await stage.serve();
      for (const when of ["before", "after"] as const) {
        for (const begin of STARTS) {
          for (let n = 0, reached = true; reached; n++) {
            stage.empty();
            const browser = site.browser();
            const planted = await begin(browser);
            const before = planted && (await see(browser, planted)).handle;
            stage.clock.advance(1000);
            const fault = stage.store.failNth(n, when);
            const response = await browser.post("/login?user=ada");
            await stage.settle();
            stage.store.mend();
            reached = fault.reached;
            if (!reached) expect(response.status).toBe(200);
            else await expectNothingLeft(stage, { response, browser, planted, before });
          }
        }
      }
    },
  },
  {
    title: "invariant 1: where the clean-up fails too, nobody holds the token of what is left (A7)",
    async run(stage) {
      const browser = (await stage.serve()).browser();
      await ok(browser.post("/set"));
      const planted = browser.cookieHeader();
      stage.store.break("delete");
      const response = await ok(browser.post("/login?user=ada"), 503);
      await stage.settle();
      stage.store.mend();
      expect(handedOut(response)).toEqual([]);
      expect(await see(browser, planted)).toMatchObject({ userId: null });
    },
  },
];

/** What the browser holds before the login: gives that as a Cookie header. */
const STARTS: readonly ((browser: TestClient) => Promise<string | null>)[] = [
  async () => null,
  async (browser) => {
    await ok(browser.post("/set?key=cart&value=planted"));
    return copyOf(browser, ANONYMOUS);
  },
  async (browser) => {
    await ok(browser.post("/login?user=ada"));
    return copyOf(browser, USER);
  },
  async (browser) => {
    await ok(browser.post("/login?user=grace"));
    return copyOf(browser, USER);
  },
];

interface Failure {
  readonly response: Response;
  readonly browser: TestClient;
  readonly planted: string | null;
  /** The handle of the session that `planted` opened. */
  readonly before: string | null;
}

async function expectNothingLeft(
  stage: Stage,
  { response, browser, planted, before }: Failure,
): Promise<void> {
  expect(response.status).toBe(503);
  expect(handedOut(response)).toEqual([]);
  const seen = await look(browser, planted);
  expect([null, before]).toContain(seen?.handle ?? null);
  const made = stage.records().filter(({ handle }) => handle !== before);
  expect(made).toEqual([]);
}
