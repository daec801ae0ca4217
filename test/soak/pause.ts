import { setTimeout } from "node:timers/promises";

export interface Time {
  /** When the traffic ends, by `Date.now`. */
  readonly until: number;
}

/** ms, but no longer than the traffic lasts. */
export async function pause(ms: number, { until }: Time): Promise<void> {
  await setTimeout(Math.max(0, Math.min(ms, until - Date.now())));
}

/** Pseudo-random numbers from 0 to 1 (mulberry32): what went wrong once can be run again. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
