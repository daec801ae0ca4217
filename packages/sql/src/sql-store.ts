import { ConfigurationError, type PoweredStore, timeLimited, wrapStore } from "@sojourn/core";
import type { SqlDatabase } from "./database.ts";
import { calling } from "./internal/calling.ts";
import { tablesOf } from "./internal/tables.ts";

export interface SqlStoreOptions {
  /** Begins the names of the tables; default `sojourn_`. Two applications in one database take two. */
  readonly prefix?: string;
  /** ms that one call may take; default 1,000. Then it rejects with `StoreUnavailableError`. */
  readonly timeLimit?: number;
}

/**
 * Sessions in SQL, in tables that `migrate` makes. An expired session is as good as gone at once, and
 * its row stays until `sessions.sweep()`: call it from time to time.
 */
export function sqlStore(
  database: SqlDatabase,
  { prefix, timeLimit = 1_000 }: SqlStoreOptions = {},
): PoweredStore {
  if (!Number.isSafeInteger(timeLimit) || timeLimit <= 0) {
    throw new ConfigurationError(
      `timeLimit is ${String(timeLimit)}. Write a whole number of milliseconds from 1 up, or leave it out.`,
    );
  }
  const store = database.createStore(tablesOf(prefix), timeLimit);
  return timeLimited(
    wrapStore(store, (run) => calling(run, { timeLimit })),
    timeLimit,
  );
}
