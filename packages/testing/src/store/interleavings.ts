import type { Store } from "@sojourn/core";
import { FULL } from "../adapter/tier.ts";
import { check, show } from "./assert.ts";
import { type Call, perform } from "./calls.ts";
import {
  callsOf,
  type Combination,
  everyCombination,
  type Kind,
  someCombination,
  startingRecords,
} from "./combinations.ts";
import type { StoreCaseContext } from "./contract.ts";
import { isLinearizable, type MadeCall } from "./linearizable.ts";
import { Oracle } from "./oracle.ts";
import { createRandom, type Random } from "./random.ts";
import { newPartition, NOW, put } from "./records.ts";
import { type Choose, explore } from "./scheduler.ts";

/** How many operations run at once. */
const MOST = 4;

/**
 * How many orders of one combination's steps are tried: as many as four single steps have, in the small
 * tier as many as three.
 */
const ORDERS = FULL ? 24 : 6;

/** Runs the combinations that `concerns` picks, and checks each against the oracle. */
export async function checkInterleavings(
  context: StoreCaseContext,
  concerns: (kinds: readonly Kind[]) => boolean,
): Promise<void> {
  const { interleavings, seed } = context;
  const random = createRandom(seed);
  const combinations =
    interleavings === "all"
      ? everyCombination(MOST)
      : Array.from({ length: interleavings }, () => someCombination(random, MOST));
  for (const combination of combinations) {
    if (!concerns(combination.kinds)) continue;
    if (interleavings === "all") await inEveryOrder(context, combination, random);
    else await atOnce(context, combination, random);
  }
}

/** One step at a time, in every order of the store's steps. Where those are too many, in some more. */
async function inEveryOrder(
  { store, scheduler }: StoreCaseContext,
  combination: Combination,
  random: Random,
): Promise<void> {
  async function once(choose: Choose): Promise<void> {
    const { partition, before, calls } = await start(store, combination);
    const tasks = calls.map((call) => () => perform(store, call));
    const finished = await scheduler.run(tasks, choose);
    const made = finished.map(({ result, ...times }, i) => ({
      call: calls[i] as Call,
      outcome: result,
      ...times,
    }));
    await checkOutcomes(store, partition, before, made);
  }
  if (await explore(once, ORDERS)) return;
  for (let i = 0; i < ORDERS; i++) await once(random.below);
}

/** All at once, more or less, in whatever order they reach the server. */
async function atOnce(
  { store }: StoreCaseContext,
  combination: Combination,
  random: Random,
): Promise<void> {
  const { partition, before, calls } = await start(store, combination);
  const made = await Promise.all(
    calls.map(async (call) => {
      for (let turns = random.below(4); turns > 0; turns--) await Promise.resolve();
      return { call, outcome: await perform(store, call), startedAt: 0, endedAt: 0 };
    }),
  );
  await checkOutcomes(store, partition, before, made);
}

async function start(store: Store, combination: Combination) {
  const partition = newPartition();
  const before = new Oracle();
  for (const record of startingRecords(partition)) {
    before.create(record, NOW);
    await put(store, record);
  }
  return { partition, before, calls: callsOf(combination, partition) };
}

async function checkOutcomes(
  store: Store,
  partition: string,
  before: Oracle,
  made: readonly MadeCall[],
): Promise<void> {
  const after = await store.list(partition, NOW, { withData: true });
  // There will be many partitions. This one has done its duty.
  await store.deleteAll(partition, NOW);
  const isAfter = (oracle: Oracle) =>
    show(oracle.list(partition, NOW, { withData: true })) === show(after);
  check(
    isLinearizable(before, made, isAfter),
    `No order of these calls, one at a time, gives their outcomes and what is there afterwards.\n` +
      made.map(({ call, outcome }) => `${show(call)}\n  -> ${show(outcome)}`).join("\n") +
      `\nAfterwards: ${show(after)}`,
  );
}
