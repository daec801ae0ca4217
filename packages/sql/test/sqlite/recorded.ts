import type { EmbeddedSqlite } from "@sojourn/sql/sqlite";
import type { DatabaseSync } from "node:sqlite";

export interface Recorded {
  readonly database: EmbeddedSqlite;
  /** The statements that were run since the last `clear`, in order. */
  readonly ran: readonly string[];
  clear(): void;
}

/** The same connection, which notes what it runs. */
export function recorded(connection: DatabaseSync): Recorded {
  const ran: string[] = [];
  const noting =
    <A extends unknown[], R>(sql: string, run: (...args: A) => R) =>
    (...args: A): R => {
      ran.push(sql);
      return run(...args);
    };
  return {
    ran,
    clear: () => void (ran.length = 0),
    database: {
      prepare(sql) {
        const statement = connection.prepare(sql);
        return {
          all: noting(sql, statement.all.bind(statement)),
          run: noting(sql, statement.run.bind(statement)),
        };
      },
    },
  };
}
