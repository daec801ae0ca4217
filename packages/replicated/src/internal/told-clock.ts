import type { Clock } from "@sojourn/core";

/** A clock that is never behind what it was told. */
export interface ToldClock extends Clock {
  told(now: number): void;
  /** What the clock itself says: for how long something takes. */
  own(): number;
}

/**
 * Callers say what time it is, and what they ended by that time must not be alive to what runs in the
 * background, whatever its own clock says.
 */
export function toldClock(clock: Clock): ToldClock {
  let latest = -Infinity;
  return {
    now: () => Math.max(latest, clock.now()),
    own: () => clock.now(),
    told(now) {
      latest = Math.max(latest, now);
    },
    sleep: (ms, signal, options) => clock.sleep(ms, signal, options),
  };
}
