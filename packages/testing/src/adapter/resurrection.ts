import { expect } from "vitest";
import type { TestClient } from "../client.ts";
import { handedOut, look, ok, rest, see, setCookieNames } from "./look.ts";
import { createLane, everyOrder, interleave, type Lane } from "./orders.ts";
import type { Site, Stage, Story } from "./stage.ts";
import { FULL } from "./tier.ts";

/**
 * Invariant 2: what has ended stays ended, whatever was in flight. Two servers share a store, and
 * the store calls of a request on one and of an ending on the other happen in every possible order.
 */

type Ending = (site: Site, browser: TestClient, handle: string) => Promise<unknown>;

const ENDINGS: Readonly<Record<string, Ending>> = {
  logout: (_site, browser) => ok(browser.post("/logout", { hold: true })),
  revokeAll: (site) => site.sessions.revokeAll("ada"),
  destroy: (_site, browser) => ok(browser.post("/destroy", { hold: true })),
  revoke: (site, _browser, handle) => site.sessions.revoke("ada", handle),
};

interface Work {
  readonly name: string;
  readonly method: "get" | "post";
  readonly path: string;
  /** ms that pass first, until a touch or a renewal is due. */
  readonly after: number;
}

const WORK: readonly Work[] = [
  { name: "load", method: "get", path: "/me", after: 0 },
  { name: "touch", method: "get", path: "/me", after: 120_000 },
  { name: "write", method: "post", path: "/set?key=a&value=b", after: 0 },
  { name: "update", method: "post", path: "/count", after: 0 },
  { name: "renew", method: "get", path: "/me", after: 16 * 60_000 },
  { name: "rotate", method: "post", path: "/rotate", after: 0 },
];

export const resurrection: readonly Story[] = Object.entries(ENDINGS).map(([name, end]) => ({
  title: `invariant 2: after ${name} nothing in flight brings the session back (B1, B2, B4)`,
  async run(stage: Stage) {
    const [here, there] = [await server(stage), await server(stage)];
    for (const work of WORK) {
      // For the store a destroy is a logout, and a revocation of one is one of all.
      if (!FULL && ["destroy", "revoke"].includes(name) && work.name !== "write") continue;
      await everyOrder((pick) => endDuring(stage, { here, there, work, end, pick }));
    }
  },
}));

interface Server extends Site {
  readonly lane: Lane;
}

async function server(stage: Stage): Promise<Server> {
  const lane = createLane(stage.store);
  return { ...(await stage.serve({ store: lane.store })), lane };
}

interface Race {
  readonly here: Server;
  readonly there: Server;
  readonly work: Work;
  readonly end: Ending;
  readonly pick: (count: number) => number;
}

async function endDuring(stage: Stage, race: Race): Promise<void> {
  const { here, there, work, end, pick } = race;
  stage.empty();
  stage.clock.advance(1000);
  const browser = here.browser();
  await ok(browser.post("/login?user=ada"));
  await rest(stage, browser);
  stage.clock.advance(work.after);
  const { handle } = await see(browser);
  const owner = there.browser();
  for (const { name, value } of browser.cookies()) {
    owner.setCookie(`${name}=${value}; Secure; Path=/`);
  }
  stage.events.length = 0;

  let answer: Response | undefined;
  const inFlight = {
    lane: here.lane,
    async run() {
      answer = await browser[work.method](work.path, { hold: true });
      await here.sessions.drain();
    },
  };
  await interleave([inFlight, { lane: there.lane, run: () => end(there, owner, handle) }], pick);

  const response = answer as Response;
  // A request that finds the session gone takes no cookie away: it might be a newer one.
  expect(setCookieNames(response)).toEqual(handedOut(response));
  const ended = stage.events.some(
    ({ type, handle: of }) =>
      of === handle && (type === "session_logout" || type === "session_revoked"),
  );
  if (!ended) {
    // The one case: a rotate came first, and the token that asked for the logout was dead by then.
    expect(work.name).toBe("rotate");
    return;
  }
  const before = owner.cookieHeader();
  browser.receive(response);
  for (const cookie of [before, browser.cookieHeader()]) {
    expect((await look(browser, cookie))?.userId ?? null).toBeNull();
  }
  expect(stage.records().filter(({ userId }) => userId !== null)).toEqual([]);
}
