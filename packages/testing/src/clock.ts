import type { Clock } from "@sojourn/core";

/** A clock that stands still until it is told to move. */
export interface FakeClock extends Clock {
  /**
   * Lets so many ms pass. Who sleeps wakes in order, at the time it asked for, and may go to sleep
   * again. Resolves when all that was due has run; with nobody asleep the time has moved at once.
   */
  advance(ms: number): Promise<void>;
  /** How many sleep. */
  readonly sleeping: number;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

// Taken now: tests like to replace the global one.
const { setTimeout } = globalThis;

/** `start`: what time it is at first, in ms since the epoch; default: some day in 2027. */
export function fakeClock(start: number = 1_800_000_000_000): FakeClock {
  let now = start;
  let sleepers: readonly Sleeper[] = [];

  function dueBy(time: number): Sleeper | undefined {
    // The earliest; of two at the same time the one that went to sleep first.
    const due = sleepers.filter(({ at }) => at <= time);
    return due.reduce<Sleeper | undefined>(
      (first, other) => (first !== undefined && first.at <= other.at ? first : other),
      undefined,
    );
  }

  return {
    now: () => now,
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        function wake() {
          sleepers = sleepers.filter((other) => other !== sleeper);
          signal?.removeEventListener("abort", wake);
          resolve();
        }
        const sleeper = { at: now + Math.max(0, ms), wake };
        sleepers = [...sleepers, sleeper];
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async advance(ms) {
      const until = now + ms;
      for (let due = dueBy(until); due !== undefined; due = dueBy(until)) {
        now = due.at;
        due.wake();
        // A turn of the event loop: whatever the sleeper does next without waiting for I/O is done.
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
      now = until;
    },
    get sleeping() {
      return sleepers.length;
    },
  };
}
