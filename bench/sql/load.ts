// Reads and updates sessions one after the other, all the time, and says how long one took at most.
// Another process than the one that sweeps: in one both would wait for its own CPU.
import { setImmediate } from "node:timers/promises";
import { check } from "../operation.ts";
import { KEY, MAX_BYTES, noteOf } from "../sessions.ts";
import { clientOf } from "./clients.ts";
import { liveRef } from "./million.ts";

/** What happened between `begin` and `end`. ms. */
export interface Waits {
  readonly calls: number;
  readonly longest: number;
}

const [given, address = "", sessions] = process.argv.slice(2);
const { client } = clientOf(given);
// It shall wait for as long as it takes, and say so, and not give up.
const { store, close } = await client.connect(address, { connections: 1 });

let order: unknown;
process.on("message", (message) => (order = message));
process.on("disconnect", () => (order = "leave"));

let waits: Waits = { calls: 0, longest: 0 };
for (let call = 0; order !== "leave"; call++) {
  // A prime, so that it gets about.
  const ref = liveRef(call * 7_919, Number(sessions));
  const start = performance.now();
  if (call % 2 === 0) {
    check((await store.read(ref, Date.now())) !== null);
  } else {
    const change = { set: { [KEY]: noteOf(call, 1) } };
    const { status } = await store.update(ref, change, Date.now(), { maxBytes: MAX_BYTES });
    check(status === "updated");
  }
  const longest = Math.max(waits.longest, performance.now() - start);
  waits = { calls: waits.calls + 1, longest };
  // A database in this process lets nothing else come in by itself.
  await setImmediate();
  if (order === "begin" || order === "end") {
    process.send?.(waits);
    waits = { calls: 0, longest: 0 };
    order = undefined;
  }
}
await close();
