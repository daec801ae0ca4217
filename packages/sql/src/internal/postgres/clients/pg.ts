import type { Row, Statement } from "../../../database.ts";
import type { Query, ServerConnection } from "../../server.ts";
import { READ_COMMITTED } from "../isolation.ts";

/** What is used of a `Pool` of pg. */
export interface PgPool extends PgQueryable {
  connect(): Promise<PgPoolClient>;
}

interface PgQueryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- pg's own parameter type
  query(text: string, values: any[]): Promise<{ rows: unknown[] }>;
}

export interface PgPoolClient extends PgQueryable {
  /** With true the connection is closed, and not used again. */
  release(destroy?: boolean): void;
}

const BEGIN = `BEGIN ${READ_COMMITTED}`;

export function pgConnection(pool: PgPool): ServerConnection {
  return {
    query: querying(pool),

    async transaction(run) {
      const client = await pool.connect();
      let broken = false;
      try {
        await client.query(BEGIN, []);
        const result = await run(querying(client));
        await client.query("COMMIT", []);
        return result;
      } catch (error) {
        // Of a connection on which nothing can be rolled back nobody knows the state.
        await client.query("ROLLBACK", []).catch(() => (broken = true));
        throw error;
      } finally {
        client.release(broken);
      }
    },
  };
}

function querying(queryable: PgQueryable): Query {
  return async ({ text, values }: Statement) => {
    const { rows } = await queryable.query(text, [...values]);
    return rows as Row[];
  };
}
