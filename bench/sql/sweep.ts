// Sweeps a hundredth of many sessions, while another process reads and updates the others:
// `node sweep.ts pg <address>`. Prints what it found as JSON.
import type { Store } from "@sojourn/core";
import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { check } from "../operation.ts";
import { type Client, type ClientName, clientOf } from "./clients.ts";
import type { Waits } from "./load.ts";
import { expiryOf, fill } from "./million.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";

/** What one client found, sweep by sweep. Times in ms. */
export interface Sweeping {
  readonly name: ClientName;
  readonly sweeps: readonly Sweep[];
}

export interface Sweep {
  readonly total: number;
  readonly batches: number;
  readonly longestBatch: number;
  readonly meanwhile: Waits;
  /** Of the same load for the same time, before. */
  readonly without: Waits;
}

/** The default of `sessions.sweep()`. */
const BATCH = 1_000;

async function run(
  { name, client }: { name: ClientName; client: Client },
  address: string,
  scale: Scale,
): Promise<Sweep[]> {
  const connected = await client.connect(address);
  const now = Date.now();
  await fill(connected, client.dialect, scale.swept, now);
  const load = startLoad(name, address, scale.swept);
  try {
    const sweeps: Sweep[] = [];
    // The first one is for warming up, and for how long it takes.
    let last = await sweepAll(connected.store, expiryOf(0, now), scale);
    for (let n = 1; n <= scale.sweeps; n++) {
      const without = await load.during(() => sleep(last.total));
      const meanwhile = await load.during(async () => {
        last = await sweepAll(connected.store, expiryOf(n, now), scale);
      });
      sweeps.push({ ...last, meanwhile, without });
    }
    return sweeps;
  } finally {
    load.stop();
    await connected.close();
  }
}

async function sweepAll(
  store: Store,
  now: number,
  { swept }: Scale,
): Promise<Pick<Sweep, "total" | "batches" | "longestBatch">> {
  let [batches, longestBatch, found] = [0, 0, 0];
  const start = performance.now();
  for (let full = true; full;) {
    const before = performance.now();
    const { length } = await store.sweep(now, BATCH);
    longestBatch = Math.max(longestBatch, performance.now() - before);
    batches++;
    found += length;
    full = length === BATCH;
    await setImmediate();
  }
  check(found === swept / 100);
  return { total: performance.now() - start, batches, longestBatch };
}

/** The load in a process of its own. `during`: how it fared in that time. */
function startLoad(name: ClientName, address: string, sessions: number) {
  const script = fileURLToPath(new URL("load.ts", import.meta.url));
  const child = fork(script, [name, address, String(sessions)], { execArgv: process.execArgv });
  const ended = once(child, "exit").then(([code]) => {
    throw new Error(`The load ended too early, with ${String(code)}.`);
  });
  ended.catch(() => {});

  async function ask(order: "begin" | "end"): Promise<Waits> {
    const answer = once(child, "message");
    child.send(order);
    const [waits] = (await Promise.race([answer, ended])) as [Waits];
    return waits;
  }

  return {
    async during(act: () => Promise<unknown>): Promise<Waits> {
      await ask("begin");
      await act();
      return ask("end");
    },
    stop: () => child.disconnect(),
  };
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const [given, address = ""] = positionals;
const found = clientOf(given);
const sweeps = await run(found, address, values.quick ? QUICK : FULL);
console.log(JSON.stringify({ name: found.name, sweeps } satisfies Sweeping));
