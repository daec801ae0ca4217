import type { Mysql2Pool } from "@sojourn/sql/mysql";
import type { Pool, RowDataPacket } from "mysql2/promise";

/** A step of a plan: how rows of a table are found. */
export interface Step {
  readonly statement: string;
  readonly table: string | null;
  readonly type: string | null;
  readonly key: string | null;
  readonly extra: string;
}

export interface Recorded {
  readonly pool: Mysql2Pool;
  /** What was sent, in order: each is a round trip. */
  readonly sent: readonly string[];
  /** Of each statement that looks for rows, with the values it came with. */
  readonly steps: readonly Step[];
  clear(): void;
}

/** The same pool, which notes what is sent, and asks the server before each statement for its plan. */
export function recorded(pool: Pool): Recorded {
  const sent: string[] = [];
  const steps: Step[] = [];
  // What a pool can do and the store never asks for, so that it is taken for one.
  const rest = { execute() {} };
  return {
    sent,
    steps,
    clear: () => void (sent.length = steps.length = 0),
    pool: {
      ...rest,
      async getConnection() {
        const connection = await pool.getConnection();
        return {
          async query(statement) {
            sent.push(statement);
            return connection.query(statement);
          },
          async execute(statement, values) {
            sent.push(statement);
            if (/^(SELECT|UPDATE|DELETE)/.test(statement)) {
              const [rows] = await connection.execute<RowDataPacket[]>(
                `EXPLAIN ${statement}`,
                values,
              );
              for (const { table, type, key, Extra } of rows) {
                steps.push({ statement, table, type, key, extra: Extra ?? "" });
              }
            }
            return connection.execute(statement, values);
          },
          release: () => connection.release(),
          destroy: () => connection.destroy(),
        };
      },
    },
  };
}
