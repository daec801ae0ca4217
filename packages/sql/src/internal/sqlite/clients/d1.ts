import type { Row, Statement } from "../../../statement.ts";
import type { SqliteConnection } from "../connection.ts";
import { checkGiven } from "./given.ts";

/** What is used of a D1 binding. */
export interface D1Binding {
  prepare(sql: string): D1Statement;
  // oxlint-disable-next-line typescript/no-explicit-any -- the binding's own class of statements
  batch(statements: any[]): Promise<D1Result[]>;
}

export interface D1Statement {
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  bind(...values: any[]): { all(): Promise<D1Result> };
}

export interface D1Result {
  readonly results?: unknown;
}

/** A batch of D1 is a transaction, and there is no other; one statement alone is one, too. */
export function d1Connection(binding: D1Binding): SqliteConnection {
  checkGiven("d1", binding);
  const bound = ({ sql, values }: Statement) => binding.prepare(sql).bind(...values);

  return {
    far: true,
    async batch(statements) {
      try {
        const [only, ...others] = statements.map(bound);
        const results =
          only !== undefined && others.length === 0
            ? [await only.all()]
            : await binding.batch(only === undefined ? [] : [only, ...others]);
        return results.map((result) => (result.results ?? []) as readonly Row[]);
      } catch (error) {
        throw withCode(error);
      }
    },
  };
}

/** D1 has no error codes. SQLite's, where it is one of SQLite's, is at the end of the message. */
function withCode(error: unknown): unknown {
  const message = error instanceof Error ? error.message : "";
  const [, code] = /: (SQLITE_[A-Z_]+)\b[^:]*$/.exec(message) ?? [];
  return code === undefined ? error : Object.assign(new Error(message), { code });
}
