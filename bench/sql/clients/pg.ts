import { pg } from "@sojourn/sql/postgres";
import { Pool } from "pg";
import type { Connected, Connecting, Rows, TableRow } from "../connected.ts";
import { numberedStatements, withStore } from "./postgres.ts";

const { select, update, insert, remove } = numberedStatements;

export async function connectPg(
  url: string,
  { connections = 10 }: Connecting = {},
): Promise<Connected> {
  const pool = new Pool({ connectionString: url, max: connections });
  const written = async (text: string, ...values: unknown[]) =>
    (await pool.query(text, values)).rowCount ?? 0;
  return withStore(pg(pool), {
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
