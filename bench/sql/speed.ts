// One client, in a process of its own, as an application has but one too: `node speed.ts pg <address>`.
// Prints what it found as JSON. For a profile add `--cpu-prof`.
import { parseArgs } from "node:util";
import { measure } from "../measure.ts";
import { type Rounds, runRounds } from "../rounds.ts";
import { type Client, type ClientName, clientOf } from "./clients.ts";
import { createOperations } from "./operations.ts";
import { FULL, QUICK, type Scale } from "./scale.ts";

/** What one client found. */
export interface Speed {
  readonly name: ClientName;
  readonly rounds: readonly Rounds[];
}

async function run(client: Client, address: string, scale: Scale): Promise<Rounds[]> {
  const connected = await client.connect(address);
  const operations = await createOperations(connected);
  const { calls, callsInProcess } = scale;
  const pace =
    client.dialect === "sqlite" ? { ...scale, calls: { ...calls, 1: callsInProcess } } : scale;
  const rounds: Rounds[] = [];
  for (const inFlight of client.inFlight) {
    rounds.push(...(await runRounds(operations, inFlight, pace, measure)));
  }
  await connected.close();
  return rounds;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: "boolean", default: false } },
});
const [given, address = ""] = positionals;
const { name, client } = clientOf(given);
const rounds = await run(client, address, values.quick ? QUICK : FULL);
console.log(JSON.stringify({ name, rounds } satisfies Speed));
