// The operations of the core, in a process of its own: `node worker.ts`. Prints what they cost as JSON.
// For a profile add `--cpu-prof`.
import { parseArgs } from "node:util";
import { measure } from "../measure.ts";
import { runRounds } from "../rounds.ts";
import { createMicroOperations } from "./operations.ts";

const { values } = parseArgs({ options: { quick: { type: "boolean", default: false } } });
const scale = values.quick
  ? { rounds: 1, warmUp: 0, calls: { 1: 100, 64: 0 } }
  : { rounds: 15, warmUp: 5, calls: { 1: 20_000, 64: 0 } };
console.log(JSON.stringify(await runRounds(await createMicroOperations(), 1, scale, measure)));
