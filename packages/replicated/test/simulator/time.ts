import type { Clock } from "@sojourn/core";

/** Time that passes only when all that could happen now has happened. */
export interface VirtualTime extends Clock {
  /** Runs all that is due in the next `ms`, in order. */
  run(ms: number): Promise<void>;
  /** How many have woken so far. */
  readonly wakings: number;
}

interface Sleeper {
  readonly at: number;
  wake(): void;
}

export function virtualTime(start: number): VirtualTime {
  let now = start;
  let wakings = 0;
  /** The last is the next to wake. */
  const sleepers: Sleeper[] = [];

  function add(sleeper: Sleeper): void {
    let place = sleepers.length;
    // Of two at the same time the one that went to sleep first is the first to wake.
    while (place > 0 && (sleepers[place - 1] as Sleeper).at <= sleeper.at) place--;
    sleepers.splice(place, 0, sleeper);
  }

  return {
    now: () => now,
    get wakings() {
      return wakings;
    },
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.resolve();
      return new Promise((resolve) => {
        function wake() {
          const place = sleepers.indexOf(sleeper);
          if (place >= 0) sleepers.splice(place, 1);
          signal?.removeEventListener("abort", wake);
          resolve();
        }
        const sleeper = { at: now + Math.max(0, ms), wake };
        add(sleeper);
        signal?.addEventListener("abort", wake, { once: true });
      });
    },
    async run(ms) {
      const until = now + ms;
      await allSettled();
      for (
        let next = sleepers.at(-1);
        next !== undefined && next.at <= until;
        next = sleepers.at(-1)
      ) {
        now = next.at;
        wakings++;
        next.wake();
        await allSettled();
      }
      now = until;
    },
  };
}

/** Whatever waits for nothing but promises has gone on as far as it can. */
function allSettled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
