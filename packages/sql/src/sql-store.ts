import { ConfigurationError, type PoweredStore, timeLimited, wrapStore } from "@sojourn/core";
import type { SqlDatabase } from "./database.ts";
import { calling } from "./internal/calling.ts";
import type { ReplicableSqlPowers, SqlPowers } from "./internal/powers/powers.ts";
import { replicableDialect } from "./internal/replicable.ts";
import { tablesOf } from "./internal/tables.ts";

export interface SqlStoreOptions {
  /** Begins the names of the tables; default `sojourn_`. Two applications in one database take two. */
  readonly prefix?: string;
  /** ms that one call may take; default 1,000. Then it rejects with `StoreUnavailableError`. */
  readonly timeLimit?: number;
  /**
   * Whether the store can be copied, and be a copy: it has the power `replica` then, and each write also
   * notes what it changed, in the same transaction. SQLite only, with tables that
   * `migrate(database, { replicable: true })` has made. Give it to every process that writes these
   * tables. Default false.
   */
  readonly replicable?: boolean;
}

/**
 * Sessions in SQL, in tables that `migrate` makes. An expired session is as good as gone at once, and
 * its row stays until `sessions.sweep()`: call it from time to time.
 */
export function sqlStore(
  database: SqlDatabase,
  options: SqlStoreOptions & { readonly replicable: true },
): PoweredStore<ReplicableSqlPowers>;
export function sqlStore(database: SqlDatabase, options?: SqlStoreOptions): PoweredStore<SqlPowers>;
export function sqlStore(
  database: SqlDatabase,
  { prefix, timeLimit = 1_000, replicable }: SqlStoreOptions = {},
): PoweredStore<SqlPowers> {
  if (!Number.isSafeInteger(timeLimit) || timeLimit <= 0) {
    throw new ConfigurationError(
      `timeLimit is ${String(timeLimit)}. Write a whole number of milliseconds from 1 up, or leave it out.`,
    );
  }
  const tables = tablesOf(prefix);
  const store =
    replicableDialect(database, replicable)?.createStore(tables) ??
    database.createStore(tables, timeLimit);
  const retried = wrapStore(store, (run) => calling(run, { timeLimit }));
  // Both keep the powers as they are.
  return timeLimited(retried, timeLimit) as PoweredStore<SqlPowers>;
}
