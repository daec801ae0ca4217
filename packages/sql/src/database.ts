import type { PoweredStore } from "@sojourn/core";
import type { Migration } from "./internal/migrations.ts";
import type { ReplicableSqlPowers, SqlPowers } from "./internal/powers/powers.ts";
import type { Tables } from "./internal/tables.ts";
import type { Row, Statement } from "./statement.ts";

/**
 * A database, as `sqlite`, `libsql` and `d1` of @sojourn/sql/sqlite make one of a client, `pg`,
 * `postgresJs` and `pglite` of @sojourn/sql/postgres, `mysql2` of @sojourn/sql/mysql. The client stays
 * yours: you close it. What is in here is for `sqlStore` and `migrate`.
 */
export interface SqlDatabase {
  readonly dialect: "sqlite" | "postgres" | "mysql";
  readonly migrations: readonly Migration[];
  /**
   * The store over these tables, with the client's own errors. `timeLimit`: ms after which nobody waits
   * for an operation any more. What can be helped of it does not happen later.
   */
  createStore(tables: Tables, timeLimit: number): PoweredStore<SqlPowers>;
  /** What makes the store one that can be copied, and be a copy. SQLite only. */
  readonly replicable?: ReplicableDialect;
  /** Runs statements in order, as one transaction where the database can do that with DDL. */
  define(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
}

export interface ReplicableDialect {
  /** Come after the others. */
  readonly migrations: readonly Migration[];
  createStore(tables: Tables): PoweredStore<ReplicableSqlPowers>;
}
