import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import type { Row, Statement } from "../../../database.ts";
import { isTransient } from "../../failure.ts";
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
 * Asks it something. And lets it no longer wait by itself for another writer: that
 * would hold up the process. The store waits, and others go on meanwhile.
 */
function checkWorking(database: EmbeddedSqlite): void {
  let rows: unknown;
  try {
    database.prepare("PRAGMA busy_timeout = 0").all();
    rows = database.prepare("SELECT sqlite_version() AS version").all();
  } catch (error) {
    // Even this waits for whoever is writing. What there is to say is said at the first call.
    if (isTransient(error)) return;
    throw new ConfigurationError(
      "sqlite() was given a database that cannot be asked. Open it before, and close it when all is over.",
    );
  }
  const version = Array.isArray(rows) ? (rows[0] as Partial<Row>)?.version : undefined;
  if (typeof version !== "string") {
    throw new ConfigurationError(
      "sqlite() takes a database that answers at once, with objects: one of node:sqlite (without " +
        "returnArrays), bun:sqlite or better-sqlite3.",
    );
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 3 || (major === 3 && minor < 38)) {
    throw new ConfigurationError(`This is SQLite ${version}. Take 3.38 or later, which has JSON.`);
  }
}

/** What somebody else began might be rolled back, after the write was acknowledged. */
function inTransaction(): StoreUnavailableError {
  return new StoreUnavailableError(
    "This connection is in a transaction that is not the store's. Give the store a connection of its own.",
  );
}
