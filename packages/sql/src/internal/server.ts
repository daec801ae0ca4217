import type { Row, Statement } from "../statement.ts";

/** All that this store needs of a client for a database server, or of its pool. */
export interface ServerConnection {
  /** Runs one statement, by itself. */
  query(statement: Statement): Promise<readonly Row[]>;
  /**
   * Runs what is asked for in one transaction, in which every statement sees what was committed before
   * it began, once it has a lock. Rolled back if `run` rejects.
   */
  transaction<T>(run: (query: Query) => Promise<T>): Promise<T>;
}

export type Query = ServerConnection["query"];

/** The connection of one operation, which has this many ms from now: nothing of it begins later. */
export type Connect = (timeLimit: number) => ServerConnection;

/** ms for what defines tables: they may be large by then. */
export const DEFINING = 600_000;

/** Runs statements one after the other. */
export async function inOrder(
  query: Query,
  statements: readonly Statement[],
): Promise<readonly (readonly Row[])[]> {
  const rows: (readonly Row[])[] = [];
  for (const statement of statements) rows.push(await query(statement));
  return rows;
}
