import type { Store } from "@sojourn/core";
import type { Migration } from "./internal/migrations.ts";
import type { Tables } from "./internal/tables.ts";

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
  createStore(tables: Tables, timeLimit: number): Store;
  /** Runs statements in order, as one transaction where the database can do that with DDL. */
  define(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
}

/** What can be bound to a statement, whatever the client. */
export type SqlValue = string | number | null;

/** A statement with its parameters apart: `?` stands for them in `sql`, `$1` and so on in `text`. */
export interface Statement {
  readonly sql: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** By column. */
export type Row = Readonly<Record<string, unknown>>;
