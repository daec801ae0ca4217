import { drive } from "../drive.ts";
import { check, IN_FLIGHT } from "../operation.ts";
import { LIMIT, session } from "../sessions.ts";
import { rowOf, TABLE, USER_INDEX } from "./by-hand.ts";
import { type ClientName, clientOf } from "./clients.ts";
import type { Connected, Dialect } from "./connected.ts";

/** Bytes on disk that a session takes, with all indexes. */
export interface Sizes {
  readonly name: ClientName;
  readonly byHand: number;
  /** With an index more, by user. */
  readonly byUser: number;
  readonly sojourn: number;
  /** What a login leaves beside the session, for ten minutes. */
  readonly login: number;
}

const BYTES: Readonly<Record<Dialect, (table: string) => string>> = {
  sqlite: (table) => `SELECT sum(pgsize) AS bytes FROM dbstat
    WHERE name IN (SELECT name FROM sqlite_schema WHERE tbl_name = '${table}')`,
  postgres: (table) => `SELECT pg_total_relation_size('${table}') AS bytes`,
  mysql: (table) => `SELECT data_length + index_length AS bytes FROM information_schema.tables
    WHERE table_schema = database() AND table_name = '${table}'`,
};

/** In an empty database, as many of each as `sessions` says: inserted by hand, and logged in. */
export async function measureSizes(
  name: ClientName,
  address: string,
  sessions: number,
): Promise<Sizes> {
  const { dialect, connect } = clientOf(name).client;
  const connected = await connect(address);
  const { table, store, run } = connected;
  const size = async (of: string) => (await bytes(connected, dialect, of)) / sessions;
  const now = Date.now();
  try {
    const insert = async (i: number) => check((await table.insert(rowOf(i, now))) === 1);
    await drive(insert, sessions, IN_FLIGHT);
    const byHand = await size(TABLE);
    await run(USER_INDEX);
    const byUser = await size(TABLE);
    await drive(
      async (i) => {
        const { status } = await store.create(session(i, now), now, { limit: LIMIT });
        check(status === "created");
      },
      sessions,
      IN_FLIGHT,
    );
    const sojourn = await size("sojourn_sessions");
    const login = dialect === "sqlite" ? 0 : await size("sojourn_partitions");
    return { name, byHand, byUser, sojourn, login };
  } finally {
    await connected.close();
  }
}

async function bytes({ run }: Connected, dialect: Dialect, table: string): Promise<number> {
  if (dialect === "mysql") await run(`ANALYZE TABLE ${table}`);
  const [row] = await run(BYTES[dialect](table));
  return Number(row?.bytes);
}
