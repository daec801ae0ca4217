import { type Clock, SojournError, StoreUnavailableError, systemClock } from "@sojourn/core";
import type { RedisConnection, RedisReply } from "../connection.ts";
import { createCircuit } from "./circuit.ts";
import { Attempt, type Sender } from "./clients/attempt.ts";
import { createDeadlines, createTimers } from "./deadlines.ts";
import { failure, isReply } from "./failure.ts";

export interface GuardOptions {
  /** ms that a call may take; default 1,000. */
  readonly timeLimit?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Whether every call sets a timer of its own, as it must on Workers; default false. */
  readonly timerPerCall?: boolean;
}

/**
 * The same connection, on which every call ends in time, and whatever goes wrong is one of the core's
 * errors, without a word of what was sent. `NOSCRIPT` stays what it is: a caller knows what to do.
 */
export function guard(
  connection: Sender,
  { timeLimit = 1_000, clock = systemClock, timerPerCall = false }: GuardOptions = {},
): RedisConnection {
  const circuit = createCircuit(clock);
  const begin = (timerPerCall ? createTimers : createDeadlines)(timeLimit, clock);

  return {
    send: (key, command) =>
      new Promise<RedisReply>((resolve, reject) => {
        circuit.enter();
        const attempt = new Attempt();
        const deadline = begin(() => {
          deadline.end();
          circuit.timedOut();
          reject(
            new StoreUnavailableError(
              `Redis did not answer within ${timeLimit} ms. ` +
                (attempt.written
                  ? "Whether the command was run is not known."
                  : "The command was not sent."),
            ),
          );
          attempt.abort();
        });
        connection.send(key, command, attempt).then(
          (reply) => {
            // A reply after the time limit finds the promise settled, and the circuit as it is.
            if (attempt.aborted) return;
            deadline.end();
            circuit.answered();
            resolve(reply);
          },
          (error: unknown) => {
            if (attempt.aborted) return;
            deadline.end();
            if (isReply(error)) circuit.answered();
            reject(error instanceof SojournError ? error : failure(error));
          },
        );
      }),
  };
}
