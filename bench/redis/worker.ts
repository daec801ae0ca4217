// One client against servers of its own, in a process of its own, as an application has but one too:
// `node worker.ts ioredis cluster`. Prints what it found as JSON. For a profile add `--cpu-prof`.
import { parseArgs } from "node:util";
import { CLIENTS } from "./clients.ts";
import { FULL, QUICK, run, TOPOLOGIES } from "./rounds.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const client = CLIENTS.find((name) => name === positionals[0]);
const topology = TOPOLOGIES.find((name) => name === positionals[1]);
if (client === undefined || topology === undefined) {
  throw new Error(`Say which client (${CLIENTS.join(", ")}) and where (${TOPOLOGIES.join(", ")}).`);
}
console.log(JSON.stringify(await run(client, topology, values.quick ? QUICK : FULL)));
