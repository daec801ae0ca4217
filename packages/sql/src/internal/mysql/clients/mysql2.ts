import type { Row, Statement } from "../../../statement.ts";
import { type Lender, lending } from "../../lend.ts";
import type { Query } from "../../server.ts";
import type { MysqlConnect } from "../connection.ts";
import { checkPool } from "./check-pool.ts";

/** What is used of a pool that `createPool` of mysql2/promise gives. */
export interface Mysql2Pool {
  getConnection(): Promise<Mysql2Connection>;
}

export interface Mysql2Connection {
  // oxlint-disable-next-line typescript/no-explicit-any -- mysql2's own parameter type
  execute(sql: string, values: any[]): Promise<[unknown, unknown]>;
  query(sql: string): Promise<unknown>;
  release(): void;
  destroy(): void;
}

/**
 * Whoever has waited for a lock must see what its holder did, whatever the server's default. And unlike
 * MySQL's own, REPEATABLE READ, it locks no gaps, in which logins of other users would meet.
 */
const READ_COMMITTED = "SET TRANSACTION ISOLATION LEVEL READ COMMITTED";

export function mysql2Connect(pool: Mysql2Pool): MysqlConnect {
  checkPool(pool);
  const lender: Lender<Mysql2Connection> = {
    acquire: () => pool.getConnection(),
    release: (connection) => connection.release(),
    destroy: (connection) => connection.destroy(),
  };
  return (timeLimit) => {
    const lend = lending(lender, timeLimit);
    return {
      query: (statement) => lend((connection) => querying(connection)(statement)),
      together: (run) => lend((connection) => run(querying(connection))),
      transaction: (run) =>
        lend(async (connection) => {
          try {
            await connection.query(READ_COMMITTED);
            await connection.query("START TRANSACTION");
            const result = await run(querying(connection));
            await connection.query("COMMIT");
            return result;
          } catch (error) {
            // Of a connection on which nothing can be rolled back nobody knows the state.
            await connection.query("ROLLBACK").catch(() => connection.destroy());
            throw error;
          }
        }),
    };
  };
}

/** What does not give rows gives one that says what it did. */
function querying(connection: Mysql2Connection): Query {
  return async ({ sql, values }: Statement) => {
    const [result] = await connection.execute(sql, [...values]);
    if (Array.isArray(result)) return result as Row[];
    const { affectedRows, insertId } = result as { affectedRows: number; insertId: number };
    return [{ affected: affectedRows, last_insert_id: insertId }];
  };
}
