import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { expectDead, handedOut, look, ok, see, setCookieNames, USER, rest } from "./look.ts";
import { FULL } from "./tier.ts";
import type { Site, Stage, Story } from "./stage.ts";
import type { Operation, When } from "./watched-store.ts";

/** Invariant 2: what has ended stays ended, whatever was in flight, and however late it writes. */

type End = (site: Site, browser: TestClient, handle: string) => Promise<void>;

/** The ways in which a session ends for its owner, who has a request in flight. */
const ENDINGS: Readonly<Record<string, End>> = {
  async logout(_site, browser) {
    await ok(browser.post("/logout", { hold: true }));
  },
  async destroy(_site, browser) {
    await ok(browser.post("/destroy", { hold: true }));
  },
  async revoke(site, _browser, handle) {
    expect(await site.sessions.revoke("ada", handle)).toBe(true);
  },
  async revokeAll(site) {
    expect(await site.sessions.revokeAll("ada")).toBe(1);
  },
};

interface Work {
  send(browser: TestClient): Promise<Response>;
  /** ms that pass first, until a touch or a renewal is due. */
  readonly after: number;
  /** The store calls it makes, one after the other. */
  readonly calls: readonly Operation[];
}

const WORK: Readonly<Record<string, Work>> = {
  load: { send: (browser) => browser.get("/me", { hold: true }), after: 0, calls: ["read"] },
  touch: {
    send: (browser) => browser.get("/me", { hold: true }),
    after: 120_000,
    calls: ["read", "update"],
  },
  write: {
    send: (browser) => browser.post("/set?key=a&value=b", { hold: true }),
    after: 0,
    calls: ["read", "update"],
  },
  update: {
    send: (browser) => browser.post("/count", { hold: true }),
    after: 0,
    calls: ["read", "update"],
  },
  renew: {
    send: (browser) => browser.get("/me", { hold: true }),
    after: 16 * 60_000,
    calls: ["read", "update", "update"],
  },
  rotate: {
    send: (browser) => browser.post("/rotate", { hold: true }),
    after: 0,
    calls: ["read", "update"],
  },
};

export const resurrection: readonly Story[] = Object.entries(ENDINGS).map(([name, end]) => ({
  title: `invariant 2: after ${name} nothing in flight brings the session back (B1, B2, B4)`,
  async run(stage: Stage) {
    const site = await stage.serve();
    for (const [task, work] of Object.entries(WORK)) {
      // What revokes without a request differs in nothing that is in flight.
      if (!FULL && !["logout", "revokeAll"].includes(name) && task !== "renew") continue;
      for (const [i, operation] of work.calls.entries()) {
        const skip = work.calls.slice(0, i).filter((earlier) => earlier === operation).length;
        for (const when of ["before", "after"] as const) {
          // Once a rotate has happened, the owner's old token can end nothing: it may be a thief's.
          const tooLate = task === "rotate" && operation === "update" && when === "after";
          if (tooLate && !name.startsWith("revoke")) continue;
          await endDuring(stage, site, work, { operation, when, skip }, end);
        }
      }
    }
  },
}));

/** Ends the session while the work's store call waits, and looks what is left when all is done. */
async function endDuring(
  stage: Stage,
  site: Site,
  work: Work,
  at: { readonly operation: Operation; readonly when: When; readonly skip: number },
  end: End,
): Promise<void> {
  stage.empty();
  stage.clock.advance(1000);
  const browser = site.browser();
  await ok(browser.post("/login?user=ada"));
  await rest(stage, browser);
  stage.clock.advance(work.after);

  const owner = browser.copy();
  const { handle } = await see(owner);
  const paused = stage.store.pause(at.operation, at.when, at.skip);
  const sent = work.send(browser);
  await paused.reached;
  await end(site, owner, handle);
  paused.resume();
  const response = await sent;
  await stage.settle();

  await expectDead(owner);
  // A request that finds the session gone takes no cookie away either: it might be a newer one.
  expect(setCookieNames(response)).toEqual(handedOut(response));
  browser.receive(response);
  expect((await look(browser))?.userId ?? null).toBeNull();
  expect(stage.records().filter(({ userId }) => userId !== null)).toEqual([]);
  if (at.when === "before") expect(handedOut(response)).not.toContain(USER);
}
