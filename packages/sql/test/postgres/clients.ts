import type { SqlDatabase } from "@sojourn/sql";
import { pg, postgresJs } from "@sojourn/sql/postgres";
import { Pool } from "pg";
import postgres from "postgres";

/** A pool of a process of its own. */
export interface Opened {
  readonly database: SqlDatabase;
  close(): Promise<void>;
}

export interface Wanted {
  readonly user?: string;
  readonly password?: string;
  readonly database?: string;
  /** How many connections at most; default 10. */
  readonly max?: number;
  /** ms, as given to the store; default 1,000. */
  readonly timeLimit?: number;
}

/** To a server on 127.0.0.1, with the options that the README tells of. */
export type Open = (port: number, wanted?: Wanted) => Opened;

function address(port: number, { user = "postgres", password, database = "postgres" }: Wanted) {
  return { host: "127.0.0.1", port, user, password, database };
}

export function openPg(port: number, wanted: Wanted = {}): Opened {
  const { timeLimit = 1_000 } = wanted;
  const pool = new Pool({
    ...address(port, wanted),
    max: wanted.max ?? 10,
    connectionTimeoutMillis: timeLimit,
    statement_timeout: timeLimit,
  });
  pool.on("error", () => {});
  return { database: pg(pool), close: () => pool.end() };
}

export function openPostgresJs(port: number, wanted: Wanted = {}): Opened {
  const { password, ...to } = address(port, wanted);
  const { timeLimit = 1_000 } = wanted;
  const client = postgres({
    ...to,
    ...(password !== undefined && { password }),
    max: wanted.max ?? 10,
    connect_timeout: timeLimit / 1_000,
    connection: { statement_timeout: timeLimit },
    onnotice: () => {},
  });
  return { database: postgresJs(client), close: () => client.end({ timeout: 1 }) };
}

export const clients: Readonly<Record<string, Open>> = {
  pg: openPg,
  "postgres.js": openPostgresJs,
};
