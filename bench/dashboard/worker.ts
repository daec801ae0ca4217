// The dashboard under events, in a process of its own: `node worker.ts`. Prints as JSON what an event
// costs, what is held, and what a page costs.
import type { SessionEvent } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { memoryStore } from "@sojourn/memory";
import { parseArgs } from "node:util";
import { check } from "../operation.ts";
import type { Found, Measured } from "./part.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const ROUNDS = values.quick ? 1 : 11;
const SECONDS = values.quick ? 1 : 30;
const PER_SECOND = 10_000;

/** As they come in a shop under attack: most are reads, one in five is refused. */
const KINDS: readonly (readonly [type: string, reason: string | null])[] = [
  ...Array.from({ length: 12 }, () => ["session_accessed", null] as const),
  ["session_created", null],
  ["session_renewed", null],
  ["session_logout", null],
  ["session_expired", "idle"],
  ["token_refused", "malformed"],
  ["token_refused", "gone"],
  ["cross_site_refused", "origin"],
  ["source_throttled", null],
];

/** Ten a second are told as alerts. */
const REUSE: readonly [type: string, reason: string | null] = ["token_reuse", "revoke"];

/** No two of one session: made beforehand, since to make one costs more than to count it. */
function eventsOf(many: number): SessionEvent[] {
  const bytes = new Uint8Array(16);
  return Array.from({ length: many }, (_, n) => {
    const [type, reason] = n % 1_000 === 0 ? REUSE : (KINDS[n % KINDS.length] as typeof REUSE);
    const handle = Buffer.from(crypto.getRandomValues(bytes)).toString("base64url");
    const client = { address: `203.0.${n & 255}.0/24`, userAgent: `Agent ${n}` };
    const event = { type, reason, at: 0, handle, userId: `user ${n}`, impersonator: null, client };
    return event as SessionEvent;
  });
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
}

/** Seconds pass as fast as they can be counted. */
async function measured(shared: boolean): Promise<Measured> {
  let now = Date.now();
  const store = memoryStore();
  // What waits, waits for the clock of this bench; one turn, so that messages leave.
  const clock = { now: () => now, sleep: () => new Promise<void>((wake) => setImmediate(wake)) };
  const given = shared ? { shared: store.powers } : {};
  const empty = heap();
  const board = dashboard({ isAdmin: () => true, clock, ...given });
  await board.drain();
  const atFirst = { bytes: heap() - empty, entries: board.entries };
  const events = eventsOf(100_000);
  const before = heap();
  const cpu: number[] = [];
  for (let round = 0; round < ROUNDS + 1; round++) {
    const start = process.cpuUsage();
    for (let second = 0; second < SECONDS; second++) {
      for (let i = 0; i < PER_SECOND; i++) {
        if (i % 10 === 0) now++;
        board.onEvent(events[(second * PER_SECOND + i) % events.length] as SessionEvent, null);
      }
      await new Promise((next) => setImmediate(next));
    }
    const { user, system } = process.cpuUsage(start);
    // The first one warms up.
    if (round > 0) cpu.push((user + system) / (SECONDS * PER_SECOND));
  }
  const held = { bytes: heap() - before, entries: board.entries - atFirst.entries };
  // Not collected before: it was there before, too.
  check(events.length > 0);
  const pages = values.quick ? 1 : 50;
  const start = process.cpuUsage();
  let length = 0;
  for (let i = 0; i < pages; i++) {
    const answer = await board.fetch(new Request("https://shop.example/?part=live"));
    length = (await answer.text()).length;
    check(answer.status === 200);
  }
  const { user, system } = process.cpuUsage(start);
  board.close();
  return { cpu, atFirst, held, page: { ms: (user + system) / pages / 1e3, length } };
}

const found: Found = {
  seconds: (ROUNDS + 1) * SECONDS,
  alone: await measured(false),
  shared: await measured(true),
};
console.log(JSON.stringify(found));
