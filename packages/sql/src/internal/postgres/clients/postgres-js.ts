import type { Row, Statement } from "../../../database.ts";
import type { ServerConnection } from "../../server.ts";
import { READ_COMMITTED } from "../isolation.ts";

/** What is used of what `postgres()` of postgres.js gives. */
export interface PostgresJsClient extends PostgresJsQueryable {
  begin<T>(
    options: string,
    run: (transaction: PostgresJsQueryable) => Promise<T>,
  ): Promise<unknown>;
}

interface PostgresJsQueryable {
  // oxlint-disable-next-line typescript/no-explicit-any -- postgres.js's own parameter type
  unsafe(text: string, values?: any[]): PromiseLike<readonly unknown[]>;
}

export function postgresJsConnection(client: PostgresJsClient): ServerConnection {
  // "Unsafe" is the text, which is ours; values go apart.
  const querying =
    (queryable: PostgresJsQueryable) =>
    async ({ text, values }: Statement) =>
      (await queryable.unsafe(text, [...values])) as readonly Row[];
  return {
    query: querying(client),
    async transaction<T>(run: Parameters<ServerConnection["transaction"]>[0]) {
      return (await client.begin(READ_COMMITTED, (transaction) => run(querying(transaction)))) as T;
    },
  };
}
