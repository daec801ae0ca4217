import type { Row, Statement } from "../../../database.ts";
import type { Query, ServerConnection } from "../../server.ts";

/** What is used of a pool that `createPool` of mysql2/promise gives. */
export interface Mysql2Pool extends Mysql2Executing {
  getConnection(): Promise<Mysql2Connection>;
}

export interface Mysql2Connection extends Mysql2Executing {
  beginTransaction(): Promise<unknown>;
  commit(): Promise<unknown>;
  rollback(): Promise<unknown>;
  release(): void;
  destroy(): void;
}

interface Mysql2Executing {
  // oxlint-disable-next-line typescript/no-explicit-any -- mysql2's own parameter type
  execute(sql: string, values: any[]): Promise<[unknown, unknown]>;
}

export function mysql2Connection(pool: Mysql2Pool): ServerConnection {
  return {
    query: querying(pool),

    async transaction(run) {
      const connection = await pool.getConnection();
      let broken = false;
      try {
        await connection.beginTransaction();
        const result = await run(querying(connection));
        await connection.commit();
        return result;
      } catch (error) {
        // Of a connection on which nothing can be rolled back nobody knows the state.
        await connection.rollback().catch(() => (broken = true));
        throw error;
      } finally {
        if (broken) connection.destroy();
        else connection.release();
      }
    },
  };
}

/** What does not give rows gives one that says what it did. */
function querying(executing: Mysql2Executing): Query {
  return async ({ sql, values }: Statement) => {
    const [result] = await executing.execute(sql, [...values]);
    if (Array.isArray(result)) return result as Row[];
    const { affectedRows, insertId } = result as { affectedRows: number; insertId: number };
    return [{ affected: affectedRows, last_insert_id: insertId }];
  };
}
