import { type Clock, StoreUnavailableError, systemClock } from "@sojourn/core";

/** What is used of a client's pool of connections. */
export interface Lender<Connection> {
  acquire(): Promise<Connection>;
  release(connection: Connection): void;
  /** Ends it amid whatever it does. May be called twice, and `release` after it. */
  destroy(connection: Connection): void;
}

export type Lend<Connection> = <T>(run: (connection: Connection) => Promise<T>) => Promise<T>;

/**
 * Lends connections to one operation, which has `timeLimit` ms from now. Whoever gets one after that
 * does nothing with it, since nobody waits for the operation any more: a login that was reported as
 * failed does not happen later, when the pool has room again. And a connection that does not answer by
 * then is ended: one whose other end is gone would be missing in the pool for as long as TCP hopes.
 */
export function lending<Connection>(
  { acquire, release, destroy }: Lender<Connection>,
  timeLimit: number,
  clock: Clock = systemClock,
): Lend<Connection> {
  const end = clock.now() + timeLimit;
  return async (run) => {
    const connection = await acquire();
    const left = end - clock.now();
    if (left <= 0) {
      release(connection);
      throw tooLate(timeLimit);
    }
    const settled = new AbortController();
    const tooLong = clock.sleep(left, settled.signal, { background: true }).then(() => {
      if (settled.signal.aborted) return undefined as never;
      destroy(connection);
      throw tooLate(timeLimit);
    });
    // Of the two only one is listened to.
    tooLong.catch(() => {});
    try {
      return await Promise.race([run(connection), tooLong]);
    } finally {
      // With a reason, since without one it would make an error.
      settled.abort(null);
      release(connection);
    }
  };
}

export function tooLate(timeLimit: number): StoreUnavailableError {
  return new StoreUnavailableError(
    `The database, or its pool, did not answer within ${timeLimit} ms.`,
  );
}
