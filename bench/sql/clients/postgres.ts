import { PGlite } from "@electric-sql/pglite";
import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { pg, pglite, postgresJs } from "@sojourn/sql/postgres";
import { Pool } from "pg";
import postgres from "postgres";
import { DELETE, INSERT, numbered, SELECT, TABLE, tableStatements, UPDATE } from "../by-hand.ts";
import {
  type Connected,
  type Connecting,
  PATIENT,
  type Rows,
  type Table,
  type TableRow,
} from "../connected.ts";

const [select, update, insert, remove] = [SELECT, UPDATE, INSERT, DELETE].map(numbered) as [
  string,
  string,
  string,
  string,
];

export async function connectPg(
  url: string,
  { connections = 10 }: Connecting = {},
): Promise<Connected> {
  const pool = new Pool({ connectionString: url, max: connections });
  const written = async (text: string, ...values: unknown[]) =>
    (await pool.query(text, values)).rowCount ?? 0;
  return connected(pg(pool), {
    table: {
      select: async (id, now) => (await pool.query<TableRow>(select, [id, now])).rows[0],
      update: (id, data) => written(update, data, id),
      insert: (row) => written(insert, row.id, row.user_id, row.data, row.expires_at),
      delete: (id) => written(remove, id),
    },
    run: async (text, values = []) => (await pool.query(text, [...values])).rows as Rows,
    close: () => pool.end(),
  });
}

export async function connectPostgresJs(
  url: string,
  { connections = 10 }: Connecting = {},
): Promise<Connected> {
  const sql = postgres(url, { max: connections });
  const table = sql(TABLE);
  return connected(postgresJs(sql), {
    table: {
      async select(id, now) {
        const [row] = await sql<TableRow[]>`SELECT id, user_id, data, expires_at FROM ${table}
          WHERE id = ${id} AND expires_at > ${now}`;
        return row;
      },
      update: async (id, data) =>
        (await sql`UPDATE ${table} SET data = ${data} WHERE id = ${id}`).count,
      insert: async ({ id, user_id, data, expires_at }) =>
        (
          await sql`INSERT INTO ${table} (id, user_id, data, expires_at)
            VALUES (${id}, ${user_id}, ${data}, ${expires_at})`
        ).count,
      delete: async (id) => (await sql`DELETE FROM ${table} WHERE id = ${id}`).count,
    },
    run: async (text, values = []) => await sql.unsafe(text, values as (string | number | null)[]),
    close: () => sql.end(),
  });
}

export async function connectPglite(folder: string): Promise<Connected> {
  const database = new PGlite(folder);
  const written = async (text: string, ...values: unknown[]) =>
    (await database.query(text, values)).affectedRows ?? 0;
  return connected(pglite(database), {
    table: {
      select: async (id, now) => (await database.query<TableRow>(select, [id, now])).rows[0],
      update: (id, data) => written(update, data, id),
      insert: (row) => written(insert, row.id, row.user_id, row.data, row.expires_at),
      delete: (id) => written(remove, id),
    },
    run: async (text, values = []) => (await database.query(text, [...values])).rows as Rows,
    close: () => database.close(),
  });
}

async function connected(
  database: SqlDatabase,
  byHand: { table: Table } & Pick<Connected, "run" | "close">,
): Promise<Connected> {
  const made = await migrate(database);
  if (made.length > 0) {
    for (const statement of tableStatements("postgres")) await byHand.run(statement);
  }
  return { store: sqlStore(database, PATIENT), ...byHand };
}
