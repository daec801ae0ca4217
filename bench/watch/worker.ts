// The core with what watches it, in a process of its own: `node worker.ts`. Prints what reads cost as
// JSON. For a profile add `--cpu-prof`.
import { parseArgs } from "node:util";
import { measure } from "../measure.ts";
import { runRounds } from "../rounds.ts";
import { createWatchOperations } from "./operations.ts";
import { registerContexts } from "./variants.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    told: { type: "boolean", default: false },
  },
});
const scale = values.quick
  ? { users: 10, rounds: 1, warmUp: 0, calls: { 1: 20, 64: 0 } }
  : { users: 1_000, rounds: 21, warmUp: 5, calls: { 1: 2_000, 64: 0 } };
registerContexts();
const operations = await createWatchOperations({ quiet: !values.told, users: scale.users });
console.log(JSON.stringify(await runRounds(operations, 1, scale, measure)));
