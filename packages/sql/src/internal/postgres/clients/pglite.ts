import type { Row, Statement } from "../../../statement.ts";
import type { Connect, Query } from "../../server.ts";
import { READ_COMMITTED } from "../settings.ts";

/** What is used of a `PGlite`. */
export interface PgliteClient extends PgliteQueryable {
  transaction<T>(run: (transaction: PgliteQueryable) => Promise<T>): Promise<T>;
}

interface PgliteQueryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- PGlite's own parameter type
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

/** There is one connection, and no wire. */
export function pgliteConnect(database: PgliteClient): Connect {
  return () => ({
    query: querying(database),
    transaction: (run) =>
      database.transaction(async (transaction) => {
        await transaction.query(`SET TRANSACTION ${READ_COMMITTED}`);
        return run(querying(transaction));
      }),
  });
}

function querying(queryable: PgliteQueryable): Query {
  return async ({ text, values }: Statement) =>
    (await queryable.query(text, [...values])).rows as Row[];
}
