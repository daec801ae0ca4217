// Fills one store and sweeps it, in a process of its own with --expose-gc: `node worker.ts Map 100000 1`.
// The last is how many sessions a user has. Prints what it found as JSON.
import { setImmediate } from "node:timers/promises";
import { fillPeer } from "./filling.ts";
import { fillOurs } from "./ours.ts";

export interface Footprint {
  /** Of the heap and what it holds outside, a session. */
  readonly bytes: number;
  /** ms, and the longest that nothing else could run. Absent: it never sweeps. */
  readonly sweep?: { readonly total: number; readonly stall: number };
}

const collect = globalThis.gc as () => void;

function used(): number {
  collect();
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const [name = "", sessions = "", perUser = "1"] = process.argv.slice(2);
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
const sweep = filling.sweep && (await timed(filling.sweep));
const found: Footprint = { bytes, ...(sweep && { sweep }) };
console.log(JSON.stringify(found));
// All that was put there is there until here.
if (filling.kept === undefined) throw new Error("Nothing was kept.");

async function timed(run: NonNullable<typeof filling.sweep>) {
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
