import type { Row, Statement } from "../../../database.ts";
import type { ServerConnection } from "../../server.ts";
import { READ_COMMITTED } from "../isolation.ts";

/** What is used of a `PGlite`. */
export interface PgliteClient extends PgliteQueryable {
  transaction<T>(run: (transaction: PgliteQueryable) => Promise<T>): Promise<T>;
}

interface PgliteQueryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- PGlite's own parameter type
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
}

export function pgliteConnection(database: PgliteClient): ServerConnection {
  const querying =
    (queryable: PgliteQueryable) =>
    async ({ text, values }: Statement) =>
      (await queryable.query(text, [...values])).rows as Row[];
  return {
    query: querying(database),
    transaction: (run) =>
      database.transaction(async (transaction) => {
        await transaction.query(`SET TRANSACTION ${READ_COMMITTED}`);
        return run(querying(transaction));
      }),
  };
}
