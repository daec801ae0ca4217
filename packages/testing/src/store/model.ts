import type { SessionRecord, Store } from "@sojourn/core";
import fc from "fast-check";
import { check, ContractViolation, same, show } from "./assert.ts";
import { type Call, outcomeText, perform } from "./calls.ts";
import type { StoreCaseContext } from "./contract.ts";
import { FULL } from "../adapter/tier.ts";
import { isLive, Oracle } from "./oracle.ts";
import { newPartition, NOW } from "./records.ts";
import { type Step, steps, type World } from "./steps.ts";

/** Random sequences of calls, each outcome compared with the oracle's. Failures are shrunk. */
export async function checkAgainstModel(context: StoreCaseContext): Promise<void> {
  const { store, seed, handlesComeOnce } = context;
  let now = NOW;
  const property = fc.asyncProperty(steps, async (sequence) => {
    const world = createWorld(now, handlesComeOnce);
    try {
      await runSequence(store, world, sequence);
    } finally {
      // What copies a store in the background knows what time it was, and it must not go back.
      if (handlesComeOnce) now = world.now;
    }
  });
  const { failed, errorInstance, counterexamplePath } = await fc.check(property, {
    seed,
    numRuns: FULL ? 5_000 : 25,
  });
  if (!failed) return;
  if (!(errorInstance instanceof ContractViolation)) throw errorInstance;
  const { message, expected, actual } = errorInstance;
  throw new ContractViolation(
    `Seed ${seed}, path ${counterexamplePath}: ${message}`,
    expected,
    actual,
  );
}

function createWorld(now: number, handlesComeOnce: boolean): World {
  return {
    oracle: new Oracle(),
    partitions: [newPartition(), newPartition()],
    now,
    successions: handlesComeOnce ? new Map() : null,
  };
}

async function runSequence(store: Store, world: World, sequence: readonly Step[]): Promise<void> {
  const history: string[] = [];
  for (const step of sequence) {
    const call = step(world);
    if (call === null) continue;
    const outcome = await perform(store, call);
    history.push(`${show(call)}\n  -> ${show(outcome)}`);
    checkOutcome(world, call, outcome, history);
  }
  for (const partition of world.partitions) {
    const all = { withData: true };
    same(
      await store.list(partition, world.now, all),
      world.oracle.list(partition, world.now, all),
      `what is there after\n${history.join("\n")}\n`,
    );
  }
}

function checkOutcome(
  world: World,
  call: Call,
  outcome: unknown,
  history: readonly string[],
): void {
  const { oracle, now } = world;
  const what = `the outcome of the last of\n${history.join("\n")}\n`;
  if (call[0] === "sweep") {
    checkSwept(world, outcome as SessionRecord[], call[2], what);
    return;
  }
  if (call[0] === "delete" && outcome === "gone") {
    // An expired record may have gone already. If so, it is not swept any more.
    const record = oracle.find(call[1], -Infinity);
    check(record === undefined || !isLive(record, now), what);
    oracle.delete(call[1]);
    return;
  }
  const expected = perform(oracle, call);
  if (outcomeText(outcome) !== outcomeText(expected)) same(outcome, expected, what);
}

/** A sweep may give less than there is, but nothing that has not expired, and nothing twice. */
function checkSwept(
  { oracle, partitions, now }: World,
  swept: readonly SessionRecord[],
  limit: number,
  what: string,
): void {
  check(swept.length <= limit, what);
  for (const record of swept) {
    if (!partitions.includes(record.partition)) continue;
    const known = oracle.find(record, -Infinity);
    check(known !== undefined && !isLive(known, now), what);
    same(record, { ...known, data: {} }, what);
    oracle.delete(record);
  }
}
