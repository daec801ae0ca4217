import type { Clock } from "@sojourn/core";

/** One call that must end in time. */
export interface Deadline {
  /** It has ended: nobody is told any more. */
  end(): void;
}

/**
 * Time limits that are all equally long. So the first to begin is the first that is due, and one timer
 * does for all: a timer a call would cost more than all else that a call costs here. It runs on when
 * no call is left, for one more limit at most: the next call most likely needs it.
 */
export function createDeadlines(ms: number, clock: Clock): (onLate: () => void) => Deadline {
  // In the order in which they are due.
  const open = new Set<{ readonly at: number; readonly onLate: () => void }>();
  let watching = false;

  async function watch(): Promise<void> {
    watching = true;
    for (let [first] = open; first !== undefined; [first] = open) {
      // The system's clock may be set while this sleeps; no call waits for twice its time.
      const left = Math.max(0, Math.min(ms, first.at - clock.now()));
      await clock.sleep(left, undefined, { background: true });
      const due = Math.max(first.at, clock.now());
      for (const call of open) {
        if (call.at > due) break;
        call.onLate();
      }
    }
    watching = false;
  }

  return (onLate) => {
    const call = { at: clock.now() + ms, onLate };
    open.add(call);
    if (!watching) void watch();
    return { end: () => void open.delete(call) };
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
