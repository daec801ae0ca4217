import { setTimeout as sleep } from "node:timers/promises";

export interface Patience {
  /** After how many ms to give up. */
  readonly within?: number;
  /** How many ms lie between two looks. */
  readonly every?: number;
}

/**
 * Looks until `condition` gives something true, and resolves to that. What it throws counts as no,
 * and is the cause of the error if the time is up.
 */
export async function until<T>(
  what: string,
  condition: () => T | Promise<T>,
  { within = 15_000, every = 20 }: Patience = {},
): Promise<T> {
  const deadline = performance.now() + within;
  let cause: unknown;
  for (;;) {
    try {
      const found = await condition();
      if (found) return found;
      cause = undefined;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > deadline) {
      throw new Error(`Waited ${within} ms in vain: ${what}.`, { cause });
    }
    await sleep(every);
  }
}
