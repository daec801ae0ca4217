import { systemClock } from "@sojourn/core";
import type { Row, Statement } from "../../../statement.ts";
import { tooLate } from "../../lend.ts";
import type { Connect, Query } from "../../server.ts";
import { bounds, READ_COMMITTED } from "../settings.ts";

/** What is used of what `postgres()` of postgres.js gives. */
export interface PostgresJsClient extends PostgresJsQueryable {
  begin<T>(
    options: string,
    run: (transaction: PostgresJsQueryable) => Promise<T>,
  ): Promise<unknown>;
}

interface PostgresJsQueryable {
  unsafe(
    text: string,
    // oxlint-disable-next-line typescript/no-explicit-any -- postgres.js's own parameter type
    values?: any[],
    options?: { prepare?: boolean },
  ): PromiseLike<readonly unknown[]>;
}

export function postgresJsConnect(client: PostgresJsClient): Connect {
  return (timeLimit) => {
    const end = systemClock.now() + timeLimit;

    function check(): void {
      if (systemClock.now() >= end) throw tooLate(timeLimit);
    }

    return {
      query: querying(client),
      async transaction<T>(run: (query: Query) => Promise<T>) {
        const result = await client.begin(READ_COMMITTED, async (transaction) => {
          // It may have waited for a connection.
          check();
          // Not waited for: it goes with the first statement. If it fails, so does all that follows.
          transaction.unsafe(bounds(timeLimit)).then(undefined, () => {});
          const query = querying(transaction);
          return run(async (statement) => {
            check();
            try {
              return await query(statement);
            } catch (error) {
              if (isLost(error)) await forever();
              throw error;
            }
          });
        });
        return result as T;
      },
    };
  };
}

/** Whether the connection is no more. */
function isLost(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && /^(CONNECTION_(CLOSED|DESTROYED)|E[A-Z]+)$/.test(code);
}

/**
 * Of a connection that is lost `begin` hears by itself, and rejects. If the function that it runs rejected
 * too, postgres.js (3.4.9) would write ROLLBACK to a socket that is not there, in a callback of its own
 * where nobody can catch what that throws: it would end the process.
 * https://github.com/porsager/postgres/issues/1208
 */
function forever(): Promise<never> {
  return new Promise(() => {});
}

/**
 * "Unsafe" is the text, which is ours; values go apart. Prepared, since what is not takes two round
 * trips: the first asks for the types. A client with `prepare: false` has the last word.
 */
function querying(queryable: PostgresJsQueryable): Query {
  return async ({ text, values }: Statement) =>
    (await queryable.unsafe(text, [...values], { prepare: true })) as readonly Row[];
}
