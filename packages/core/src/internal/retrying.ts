import { ConflictError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** ms for which `update` and its like go on against other writers before they give up. */
export const RETRY_FOR = 5_000;

/** Waits between tries grow to this many ms. */
const LONGEST_WAIT = 64;

/**
 * Tries until there is a result, then a `ConflictError`. What a conflict tells of the store is tried
 * with at once, while it is still true. When that fails too, others are doing the same: then a wait of
 * random length, ever longer.
 */
export async function retrying<T>(
  engine: Engine,
  retryFor: number,
  attempt: () => Promise<{ result: T } | null>,
): Promise<T> {
  const deadline = engine.clock.now() + retryFor;
  for (let longest = 1; ; longest = Math.min(longest * 2, LONGEST_WAIT)) {
    for (let tries = 0; tries < 2; tries++) {
      const done = await attempt();
      if (done !== null) return done.result;
      if (engine.clock.now() >= deadline) throw new ConflictError([]);
    }
    await engine.clock.sleep(engine.jitter(longest));
  }
}
