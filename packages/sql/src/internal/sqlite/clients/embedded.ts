import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import type { Row, Statement } from "../../../statement.ts";
import type { SqliteConnection } from "../connection.ts";
import { checkGiven } from "./given.ts";

/** What node:sqlite, bun:sqlite and better-sqlite3 have in common: a database in this process. */
export interface EmbeddedSqlite {
  prepare(sql: string): EmbeddedStatement;
  /** bun:sqlite and better-sqlite3. */
  readonly inTransaction?: boolean;
  /** node:sqlite. */
  readonly isTransaction?: boolean;
}

export interface EmbeddedStatement {
  // oxlint-disable-next-line typescript/no-explicit-any -- each client takes a union of its own
  all(...values: any[]): unknown[];
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  run(...values: any[]): unknown;
  /** better-sqlite3: whether it gives rows. Of one that does not, it refuses to ask for `all`. */
  readonly reader?: boolean;
}

/** How many statements stay prepared. The store has about twenty, and as many again by what changes. */
const PREPARED = 100;

export function embedded(database: EmbeddedSqlite): SqliteConnection {
  checkGiven("sqlite", database);
  checkWorking(database);
  const prepared = new Map<string, EmbeddedStatement>();

  function prepare(sql: string): EmbeddedStatement {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= PREPARED) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  }

  // Not by `exec`: in Deno its errors do not say whether somebody else was writing.
  function run(sql: string, values: readonly unknown[] = []): readonly Row[] {
    const statement = prepare(sql);
    if (statement.reader !== false) return statement.all(...values) as Row[];
    statement.run(...values);
    return [];
  }

  function transaction(statements: readonly Statement[]): (readonly Row[])[] {
    // Waits here for other writers, and not in the middle, where it could not.
    run("BEGIN IMMEDIATE");
    try {
      const rows = statements.map(({ sql, values }) => run(sql, values));
      run("COMMIT");
      return rows;
    } catch (error) {
      rollback();
      throw error;
    }
  }

  /** Some errors end the transaction themselves, and then there is none to roll back. */
  function rollback(): void {
    try {
      run("ROLLBACK");
    } catch {
      // What went wrong first is what matters.
    }
  }

  return {
    async batch(statements) {
      // In bun:sqlite asking also finds out whether it is closed; a prepared statement would still run.
      if (database.inTransaction || database.isTransaction) throw inTransaction();
      const [only, ...others] = statements;
      if (only === undefined || others.length > 0) return transaction(statements);
      return [run(only.sql, only.values)];
    },
  };
}

/**
 * Asks it something that needs no file, which others may have locked. And lets it no longer wait by
 * itself for another writer: that would hold up the process. The store waits, and others go on meanwhile.
 */
function checkWorking(database: EmbeddedSqlite): void {
  let rows: unknown;
  try {
    rows = database.prepare("PRAGMA busy_timeout = 0").all();
  } catch {
    throw new ConfigurationError(
      "sqlite() was given a database that cannot be asked. Open it before, and close it when all is over.",
    );
  }
  const [row] = Array.isArray(rows) ? (rows as Partial<Row>[]) : [];
  if (row === undefined || !("timeout" in row)) {
    throw new ConfigurationError(
      "sqlite() takes a database that answers at once, with objects: one of node:sqlite (without " +
        "returnArrays), bun:sqlite or better-sqlite3.",
    );
  }
}

/** What somebody else began might be rolled back, after the write was acknowledged. */
function inTransaction(): StoreUnavailableError {
  return new StoreUnavailableError(
    "This connection is in a transaction that is not the store's. Give the store a connection of its own.",
  );
}
