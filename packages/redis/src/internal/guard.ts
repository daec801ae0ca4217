import { type Clock, SojournError, StoreUnavailableError, systemClock } from "@sojourn/core";
import type { RedisConnection } from "../connection.ts";
import { createCircuit } from "./circuit.ts";
import { Attempt, type Sender } from "./clients/attempt.ts";
import { createDeadlines, createTimers } from "./deadlines.ts";
import { failure, fate, isReply } from "./failure.ts";

export interface GuardOptions {
  /** ms that a call may take; default 1,000. */
  readonly timeLimit?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Whether every call sets a timer of its own, as it must on Workers; default false. */
  readonly timerPerCall?: boolean;
}

/** Makes a call that ends in time, and rejects with the core's errors only. */
export type Guarded = <Reply>(call: (attempt: Attempt) => Promise<Reply>) => Promise<Reply>;

/**
 * The same connection, on which every call ends in time, and whatever goes wrong is one of the core's
 * errors, without a word of what was sent. `NOSCRIPT` stays what it is: the caller knows what to do.
 */
export function guard(connection: Sender, options?: GuardOptions): RedisConnection {
  const guarded = createGuard(options, () => connection.isAway?.() ?? false);
  return {
    send: (key, command) => guarded((attempt) => connection.send(key, command, attempt)),
  };
}

export function createGuard(
  { timeLimit = 1_000, clock = systemClock, timerPerCall = false }: GuardOptions = {},
  isAway: () => boolean = () => false,
): Guarded {
  const circuit = createCircuit(clock);
  const begin = (timerPerCall ? createTimers : createDeadlines)(timeLimit, clock);

  return (call) =>
    new Promise((resolve, reject) => {
      circuit.enter();
      const attempt = new Attempt();
      const deadline = begin(() => {
        circuit.timedOut(isAway());
        const message = `Redis did not answer within ${timeLimit} ms. ${fate(attempt.written)}`;
        reject(new StoreUnavailableError(message));
        attempt.abort();
      });
      start(call, attempt).then(
        (reply) => {
          // A reply that comes too late changes nothing.
          if (attempt.aborted) return;
          deadline.end();
          circuit.answered();
          resolve(reply);
        },
        (error: unknown) => {
          if (attempt.aborted) return;
          deadline.end();
          if (isReply(error)) circuit.answered();
          reject(error instanceof SojournError ? error : failure(error, attempt.written));
        },
      );
    });
}

/** What a client throws at once is no less a failure, and its message no less full of arguments. */
function start<Reply>(
  call: (attempt: Attempt) => Promise<Reply>,
  attempt: Attempt,
): Promise<Reply> {
  try {
    return call(attempt);
  } catch (error) {
    return Promise.reject(error);
  }
}
