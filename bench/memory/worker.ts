// Fills one store and sweeps it, in a process of its own with --expose-gc: `node worker.ts Map 100000 1 7`.
// The last two are how many sessions a user has, and how often it sweeps. Prints what it found as JSON.
import { setImmediate } from "node:timers/promises";
import { type Filling, fillPeer } from "./filling.ts";
import { fillOurs } from "./ours.ts";

export interface Footprint {
  /** Of the heap and what it holds outside, a session. */
  readonly bytes: number;
  /** None: it never does. */
  readonly sweeps: readonly Sweep[];
}

/** ms, and the longest that nothing else could run. */
export interface Sweep {
  readonly total: number;
  readonly stall: number;
}

const collect = globalThis.gc as () => void;

function used(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const [name = "", sessions = "", perUser = "1", times = "1"] = process.argv.slice(2);
const count = Number(sessions);
const filling = name === "Sojourn" ? fillOurs(Number(perUser)) : await fillPeer(name);
const now = Date.now();

// What a store takes once is no session's.
await filling.put(count, now, false);
const before = used();
for (let i = 0; i < count; i++) {
  // One of a hundred expires early.
  await filling.put(i, now, i % 100 === 99);
  if (i % 1_000 === 0) await setImmediate();
}
const bytes = (used() - before) / count;
const found: Footprint = { bytes, sweeps: filling.sweep ? await sweepAll(filling.sweep) : [] };
console.log(JSON.stringify(found));
// All that was put there is there until here.
if (filling.kept === undefined) throw new Error("Nothing was kept.");

/** After the first time others come for those that have gone, and expire early as well. */
async function sweepAll(run: NonNullable<Filling["sweep"]>): Promise<Sweep[]> {
  const sweeps: Sweep[] = [];
  let next = count + 1;
  for (;;) {
    sweeps.push(await timed(run));
    if (sweeps.length === Number(times)) return sweeps;
    for (let i = 0; i < count / 100; i++) await filling.put(next++, Date.now(), true);
  }
}

async function timed(run: NonNullable<Filling["sweep"]>): Promise<Sweep> {
  let [total, stall] = [0, 0];
  let since = performance.now();
  await run(count / 100, async () => {
    const slice = performance.now() - since;
    total += slice;
    stall = Math.max(stall, slice);
    await setImmediate();
    since = performance.now();
  });
  const rest = performance.now() - since;
  return { total: total + rest, stall: Math.max(stall, rest) };
}
