import type { Row, Statement } from "../../statement.ts";

/** All that this store needs of a SQLite client. D1 has no more: no transaction that waits for us. */
export interface SqliteConnection {
  /**
   * Runs the statements in order, in one transaction that locks out other writers from its begin, and
   * gives the rows of each. One alone needs none.
   */
  batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]>;
  /** Each batch is a way there and back over a network. */
  readonly far?: boolean;
}
