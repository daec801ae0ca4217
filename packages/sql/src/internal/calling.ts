import { type Clock, SojournError, systemClock } from "@sojourn/core";
import { failure, isTransient } from "./failure.ts";

/** ms between two tries, at first and at most. */
const FIRST = 2;
const MOST = 64;

export interface CallingOptions {
  /** ms for which it is tried again; default 1,000. */
  readonly timeLimit?: number;
  readonly clock?: Clock;
}

/**
 * Runs it, and again while the database says that it was rolled back for the sake of another: a
 * deadlock, a serialization failure, a SQLite file that somebody else is writing. What it rejects with
 * then is an error of the core's.
 */
export async function calling<T>(
  run: () => Promise<T>,
  { timeLimit = 1_000, clock = systemClock }: CallingOptions = {},
): Promise<T> {
  const end = clock.now() + timeLimit;
  for (let wait = FIRST; ; wait = Math.min(2 * wait, MOST)) {
    try {
      return await run();
    } catch (error) {
      if (error instanceof SojournError) throw error;
      if (!isTransient(error) || clock.now() + wait > end) throw failure(error);
    }
    // Not all of those who met each other at the same time again.
    await clock.sleep(Math.ceil(wait * share()));
  }
}

/** Between one half and one. */
function share(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint8Array(1));
  return (256 + bits) / 512;
}
