import { FULL } from "../adapter/tier.ts";
import { concurrentLimitCases } from "./cases/concurrent-limits.ts";
import { copyCases } from "./cases/copies.ts";
import { createCases } from "./cases/create.ts";
import { deadlineCases } from "./cases/deadlines.ts";
import { deleteAllCases } from "./cases/delete-all.ts";
import { exploredCases } from "./cases/explored.ts";
import { failureCases } from "./cases/failures.ts";
import { deleteCases, guardCases } from "./cases/guards.ts";
import { limitCases } from "./cases/limits.ts";
import { listCases } from "./cases/list.ts";
import { partitionCases } from "./cases/partitions.ts";
import { raceCases } from "./cases/races.ts";
import { readCases } from "./cases/read.ts";
import { sweepCases } from "./cases/sweep.ts";
import { updateCases } from "./cases/update.ts";
import { valueCases } from "./cases/values.ts";
import type { StoreCase, StoreFactory, StoreTestOptions } from "./contract.ts";
import { createScheduler } from "./scheduler.ts";

/** The store contract, case by case: `testStore` as data, for other runners and for broken stores. */
export const storeCases: readonly StoreCase[] = [
  ...createCases,
  ...readCases,
  ...updateCases,
  ...guardCases,
  ...deleteCases,
  ...listCases,
  ...deleteAllCases,
  ...sweepCases,
  ...deadlineCases,
  ...limitCases,
  ...concurrentLimitCases,
  ...raceCases,
  ...valueCases,
  ...copyCases,
  ...partitionCases,
  ...failureCases,
  ...exploredCases,
];

/**
 * Runs one case against a store of its own. Rejects where the store breaks the contract; `skipped`
 * where the factory does not offer what the case needs.
 */
export async function runStoreCase(
  { needs, run }: StoreCase,
  factory: StoreFactory,
  {
    interleavings = FULL ? 200 : 60,
    sweeps = true,
    handlesComeOnce = false,
    seed = 1,
  }: StoreTestOptions = {},
): Promise<"passed" | "skipped"> {
  const scheduler = createScheduler();
  const under = await factory({ seed, step: scheduler.step });
  try {
    const offered = needs === "sweeps" ? sweeps : needs === undefined || needs in under;
    if (!offered) return "skipped";
    const options = { interleavings, sweeps, handlesComeOnce, seed };
    await run({ store: under.store, under, scheduler, ...options });
    return "passed";
  } finally {
    await under.close?.();
  }
}
