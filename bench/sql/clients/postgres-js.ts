import { postgresJs } from "@sojourn/sql/postgres";
import postgres from "postgres";
import { TABLE } from "../by-hand.ts";
import type { Connected, Connecting, TableRow } from "../connected.ts";
import { withStore } from "./postgres.ts";

export async function connectPostgresJs(
  url: string,
  { connections = 10 }: Connecting = {},
): Promise<Connected> {
  const sql = postgres(url, { max: connections });
  const table = sql(TABLE);
  return withStore(postgresJs(sql), {
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
