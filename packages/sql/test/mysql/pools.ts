import { type MariadbOptions, type MariadbServer, startMariadb } from "@sojourn/servers";
import type { Store } from "@sojourn/core";
import { migrate, type SqlDatabase, sqlStore, type SqlStoreOptions } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { createPool, type Pool, type PoolOptions, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, onTestFinished } from "vitest";

/** A pool of a process of its own. */
export interface Opened {
  readonly pool: Pool;
  readonly database: SqlDatabase;
  close(): Promise<void>;
}

export function open(port: number, options: PoolOptions = {}): Opened {
  const pool = createPool({
    host: "127.0.0.1",
    port,
    user: "sojourn",
    database: "sojourn",
    ...options,
  });
  // Of connections that were cut it says that they cannot be ended.
  return { pool, database: mysql2(pool), close: () => pool.end().catch(() => {}) };
}

/** A server with tables. */
export async function startWithTables(options: MariadbOptions = {}): Promise<MariadbServer> {
  const server = await startMariadb(options);
  const { database, close } = open(server.port);
  await migrate(database);
  await close();
  return server;
}

/** The server of a test file, and a pool to look at it by: from `useMariadb` on. */
export let server: MariadbServer;
export let admin: Opened;

/** For a test file: starts a server before its tests, and ends it after them. */
export function useMariadb(): void {
  beforeAll(async () => {
    server = await startWithTables();
    admin = open(server.port);
  }, 60_000);
  afterAll(async () => {
    await admin.close();
    await server.stop();
  });
}

export interface StoreOptions extends SqlStoreOptions {
  readonly pool?: PoolOptions;
}

/** A store on a pool of its own, which ends with the test. */
export function openStore(port: number, { pool, ...options }: StoreOptions = {}): Store {
  const { database, close } = open(port, pool);
  onTestFinished(close);
  return sqlStore(database, options);
}

/** Rows of a statement, by column. */
export async function rowsOf(
  pool: Pick<Pool, "query">,
  sql: string,
  values: unknown[] = [],
): Promise<RowDataPacket[]> {
  const [rows] = await pool.query<RowDataPacket[]>(sql, values);
  return rows;
}

/** For a look at all that there is: it waits as long as it takes. */
export const PATIENT: SqlStoreOptions = { timeLimit: 20_000 };
