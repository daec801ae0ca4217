import { type Clock, StoreUnavailableError } from "@sojourn/core";

/** Calls in a row that must time out before the next ones fail at once. */
const TIME_OUTS = 3;

/** ms between the calls that are let through meanwhile. */
const PROBE_INTERVAL = 1_000;

export interface Circuit {
  /** Throws `StoreUnavailableError` while the server is known not to answer. */
  enter(): void;
  /** `away`: the client has no connection to the server. */
  timedOut(away: boolean): void;
  answered(): void;
}

/**
 * A server that hangs holds up every request for the whole time limit, and a queue behind it. After
 * some time-outs in a row, or one while there is no connection, calls fail at once, but for one a second
 * that finds out whether it is back.
 */
export function createCircuit(clock: Clock): Circuit {
  let timeOuts = 0;
  let probedAt = 0;
  return {
    enter() {
      if (timeOuts < TIME_OUTS) return;
      const now = clock.now();
      // Not `<`: the system's clock may have been set back.
      if (Math.abs(now - probedAt) < PROBE_INTERVAL) {
        throw new StoreUnavailableError(
          `Redis has let ${TIME_OUTS} calls in a row run into the time limit, or could not be reached. ` +
            "Until it answers, calls fail at once, and one a second tries.",
        );
      }
      probedAt = now;
    },
    timedOut(away) {
      const wasOpen = timeOuts >= TIME_OUTS;
      timeOuts = away ? TIME_OUTS : timeOuts + 1;
      if (!wasOpen && timeOuts >= TIME_OUTS) probedAt = clock.now();
    },
    answered() {
      timeOuts = 0;
    },
  };
}
