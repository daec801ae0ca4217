import type { Clock } from "@sojourn/core";

/** One call that must end in time. When it is late, it has ended for this file. */
export interface Deadline {
  /** It has ended: nobody is told any more. */
  end(): void;
}

/** ms by which a timer is late when the process was kept from looking at it. */
const BUSY = 20;

/**
 * Time limits that are all equally long. So the first to begin is the first that is due, and one timer
 * does for all: a timer a call would cost more than all else that a call costs here. It runs on when
 * no call is left, for one more limit at most: the next call most likely needs it.
 */
export function createDeadlines(ms: number, clock: Clock): (onLate: () => void) => Deadline {
  const line = new Place(Infinity, () => {});
  let watching = false;

  async function watch(): Promise<void> {
    watching = true;
    for (let first = line.next; first !== line; first = line.next) {
      // The system's clock may be set while this sleeps; no call waits for twice its time.
      const left = Math.max(0, Math.min(ms, first.at - clock.now()));
      await clock.sleep(left, undefined, { background: true });
      // A process that was busy meanwhile looks at its timers first, and then at its sockets: what has
      // arrived in time is not late.
      if (clock.now() - first.at > BUSY) await clock.sleep(0, undefined, { background: true });
      const due = Math.max(first.at, clock.now());
      for (let call = line.next; call.at <= due; call = line.next) {
        call.end();
        call.onLate();
      }
    }
    watching = false;
  }

  return (onLate) => {
    const place = new Place(clock.now() + ms, onLate);
    place.joinBefore(line);
    if (!watching) void watch();
    return place;
  };
}

/**
 * A call's place in the line, which is a ring: between its last and its first is one that is no call.
 * Not a `Set`, which links every table that it has outgrown to the next one: of calls that come and go
 * without a pause the engine's young-generation collector would then free nothing.
 */
class Place implements Deadline {
  readonly at: number;
  readonly onLate: () => void;
  next: Place = this;
  #previous: Place = this;

  constructor(at: number, onLate: () => void) {
    this.at = at;
    this.onLate = onLate;
  }

  joinBefore(other: Place): void {
    this.next = other;
    this.#previous = other.#previous;
    other.#previous.next = this;
    other.#previous = this;
  }

  end(): void {
    this.next.#previous = this.#previous;
    this.#previous.next = this.next;
    this.next = this;
    this.#previous = this;
  }
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
