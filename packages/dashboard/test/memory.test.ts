import type { SessionEvent } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { memoryStore } from "@sojourn/memory";
import { fakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";

/** Types and reasons that there are, and some that there are not. */
const KINDS: readonly [string, string | null][] = [
  ["session_created", null],
  ["session_accessed", null],
  ["session_renewed", null],
  ["session_logout", null],
  ["session_expired", "idle"],
  ["session_revoked", "a reason of tomorrow"],
  ["token_refused", "malformed"],
  ["token_reuse", "revoke"],
  ["background_failed", "touch"],
  ["alert", "guessing"],
  ["an event of tomorrow", null],
];

/** ms of events, of ten thousand a second, of which no two are of one user, session or client. */
async function flood(ms: number, shared: boolean) {
  const clock = fakeClock();
  const store = memoryStore();
  const powers = shared ? { shared: store.powers } : {};
  const board = dashboard({ isAdmin: () => true, clock, ...powers });
  await board.drain();
  const held: number[] = [board.entries];
  for (let n = 0; n < 10 * ms; n++) {
    const [type, reason] = KINDS[n % KINDS.length] as [string, string | null];
    const long = "x".repeat(n % 97 === 0 ? 10_000 : 10);
    const event = {
      type,
      reason: type === "background_failed" ? `${reason} ${n}` : reason,
      at: clock.now(),
      handle: `${n}`.padStart(22, "handle-handle-handle-"),
      userId: `user ${n} ${long}`,
      impersonator: n % 3 === 0 ? `support ${n}` : null,
      client: { address: `network ${n}`, userAgent: `agent ${n} ${long}` },
      ...(type === "alert" && {
        severity: n % 2 === 0 ? "warning" : "info",
        evidence: Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`${i} ${long}`, long])),
        done: [long, `${n}`],
      }),
    };
    board.onEvent(event as unknown as SessionEvent, null);
    if (n % 10 === 9) await clock.advance(1);
    if (n % 1_000 === 0) held.push(board.entries);
  }
  const page = await board.fetch(new Request("https://shop.example/"));
  const html = await page.text();
  board.close();
  return { held, html, notices: board.entries - (held[0] as number) };
}

test.each([false, true])(
  "ten thousand events a second, for two seconds, are held in as many entries as none (shared: %s)",
  async (shared) => {
    const { held, html, notices } = await flood(2_000, shared);
    // Besides what is there from the start: 150 alerts, and eight that wait to be told.
    expect(notices).toBeLessThanOrEqual(158);
    expect(Math.max(...held) - (held[0] as number)).toBeLessThanOrEqual(158);
    expect(html.length).toBeLessThan(1_000_000);
  },
);

test("an hour of events are held in as many entries as one", async () => {
  const clock = fakeClock();
  const board = dashboard({ isAdmin: () => true, clock });
  const nobody = { handle: null, userId: null, impersonator: null, client: null };
  const event = { type: "token_refused", reason: "malformed", at: 0, ...nobody };
  board.onEvent(event as SessionEvent, null);
  const before = board.entries;
  for (let second = 0; second < 3_600; second++) {
    for (let i = 0; i < 50; i++) board.onEvent(event as SessionEvent, null);
    await clock.advance(1_000);
  }
  expect(board.entries).toBe(before);
});
