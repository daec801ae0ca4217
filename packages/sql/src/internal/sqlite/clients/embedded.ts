import type { Row, Statement } from "../../../database.ts";
import type { SqliteConnection } from "../connection.ts";

/** What node:sqlite, bun:sqlite and better-sqlite3 have in common: a database in this process. */
export interface EmbeddedSqlite {
  exec(sql: string): unknown;
  prepare(sql: string): EmbeddedStatement;
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
  const prepared = new Map<string, EmbeddedStatement>();

  function prepare(sql: string): EmbeddedStatement {
    const known = prepared.get(sql);
    if (known !== undefined) return known;
    if (prepared.size >= PREPARED) prepared.clear();
    const statement = database.prepare(sql);
    prepared.set(sql, statement);
    return statement;
  }

  function run({ sql, values }: Statement): readonly Row[] {
    const statement = prepare(sql);
    if (statement.reader !== false) return statement.all(...values) as Row[];
    statement.run(...values);
    return [];
  }

  function transaction(statements: readonly Statement[]): (readonly Row[])[] {
    // Waits here for other writers, and not in the middle, where it could not.
    database.exec("BEGIN IMMEDIATE");
    try {
      const rows = statements.map(run);
      database.exec("COMMIT");
      return rows;
    } catch (error) {
      rollback(database);
      throw error;
    }
  }

  return {
    async batch(statements) {
      const [only, ...others] = statements;
      return others.length === 0 && only !== undefined ? [run(only)] : transaction(statements);
    },
  };
}

/** Some errors end the transaction themselves, and then there is none to roll back. */
function rollback(database: EmbeddedSqlite): void {
  try {
    database.exec("ROLLBACK");
  } catch {
    // What went wrong first is what matters.
  }
}
