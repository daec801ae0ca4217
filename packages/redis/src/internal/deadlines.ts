import type { Clock } from "@sojourn/core";

/** One call that must end in time. */
export interface Deadline {
  /** It has ended: nobody is told any more. */
  end(): void;
}

/**
 * Time limits that are all equally long. So the first to begin is the first that is due, and one timer
 * does for all: a timer a call would cost more than all else that a call costs here.
 */
export function createDeadlines(ms: number, clock: Clock): (onLate: () => void) => Deadline {
  let waiting: { at: number; onLate: (() => void) | null }[] = [];
  let open = 0;
  let stop: AbortController | null = null;

  async function watch(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const ended = waiting.findIndex(({ onLate }) => onLate !== null);
      waiting = ended < 0 ? [] : waiting.slice(ended);
      const [first] = waiting;
      if (first === undefined) return;
      // The system's clock may be set while this sleeps; then no call waits for more than its time.
      await clock.sleep(Math.max(0, Math.min(ms, first.at - clock.now())), signal);
      if (signal.aborted) return;
      const due = Math.max(first.at, clock.now());
      for (const call of waiting) {
        if (call.at > due) break;
        call.onLate?.();
      }
    }
  }

  return (onLate) => {
    const call: (typeof waiting)[number] = { at: clock.now() + ms, onLate };
    waiting.push(call);
    open++;
    if (stop === null) {
      stop = new AbortController();
      void watch(stop.signal);
    }
    return {
      end() {
        if (call.onLate === null) return;
        call.onLate = null;
        open--;
        if (open > 0) return;
        // A timer that nobody needs would keep the process alive.
        stop?.abort();
        stop = null;
        waiting = [];
      },
    };
  };
}

/**
 * A timer a call. On Workers a timer ends with the request in which it was set, and would leave the
 * calls of all others without a limit.
 */
export function createTimers(ms: number, clock: Clock): (onLate: () => void) => Deadline {
  return (onLate) => {
    const ended = new AbortController();
    void clock.sleep(ms, ended.signal).then(() => {
      if (!ended.signal.aborted) onLate();
    });
    return { end: () => ended.abort() };
  };
}
