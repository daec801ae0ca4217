import { StoreUnavailableError } from "@sojourn/core";
import type { Row, Statement } from "../../../statement.ts";
import type { SqliteConnection } from "../connection.ts";
import { checkGiven } from "./given.ts";

/** What is used of a client of @libsql/client. */
export interface LibsqlClient {
  execute(statement: LibsqlStatement): Promise<LibsqlResult>;
  batch(statements: LibsqlStatement[], mode: "write"): Promise<LibsqlResult[]>;
  /** `file`: in this process, be it in memory. All others are servers. */
  readonly protocol?: string;
  readonly closed?: boolean;
  reconnect?(): unknown;
}

export interface LibsqlStatement {
  readonly sql: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the client takes a union of its own
  readonly args: any[];
}

export interface LibsqlResult {
  readonly rows: readonly object[];
}

export function libsqlConnection(client: LibsqlClient): SqliteConnection {
  checkGiven("libsql", client);

  async function batch(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    const [only, ...others] = statements.map(({ sql, values }) => ({ sql, args: [...values] }));
    const results =
      only !== undefined && others.length === 0
        ? [await client.execute(only)]
        : await client.batch(only === undefined ? [] : [only, ...others], "write");
    return results.map(({ rows }) => rows as readonly Row[]);
  }

  return client.protocol === "file" ? { batch: inFile(client, batch) } : { batch, far: true };
}

/**
 * In a file, libsql 0.5 leaves a statement that met another writer as it was, and a connection with such
 * a statement is broken: what it is given next seems to succeed and is never committed, and it keeps
 * others out (tursodatabase/libsql-js#237). So after that it connects anew, and nobody comes between:
 * one call after the other, which costs nothing, since each holds up the process anyway.
 */
function inFile(client: LibsqlClient, batch: SqliteConnection["batch"]): SqliteConnection["batch"] {
  let last: Promise<unknown> = Promise.resolve();

  async function run(statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
    // Connecting anew would open it again.
    if (client.closed) throw new StoreUnavailableError("The libSQL client is closed.");
    try {
      return await batch(statements);
    } catch (error) {
      if (isBusy(error)) client.reconnect?.();
      throw error;
    }
  }

  return (statements) => {
    const result = last.then(() => run(statements));
    last = result.catch(() => {});
    return result;
  };
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "SQLITE_BUSY";
}
