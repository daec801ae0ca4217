import { type Call, outcomeText, perform } from "./calls.ts";
import type { Oracle } from "./oracle.ts";

/** A call that was made while others were. */
export interface MadeCall {
  readonly call: Call;
  readonly outcome: unknown;
  readonly startedAt: number;
  readonly endedAt: number;
}

/**
 * Whether there is an order of the calls, one at a time, that gives these outcomes and this state
 * after them. A call that had ended before another began comes before it (Herlihy and Wing, 1990).
 */
export function isLinearizable(
  before: Oracle,
  calls: readonly MadeCall[],
  isAfter: (oracle: Oracle) => boolean,
): boolean {
  if (calls.length === 0) return isAfter(before);
  return calls.some((next) => {
    const others = calls.filter((other) => other !== next);
    if (others.some((other) => other.endedAt < next.startedAt)) return false;
    const oracle = before.fork();
    const outcome = perform(oracle, next.call);
    if (outcomeText(outcome) !== outcomeText(next.outcome)) return false;
    return isLinearizable(oracle, others, isAfter);
  });
}
