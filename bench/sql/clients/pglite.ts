import { PGlite } from "@electric-sql/pglite";
import { pglite } from "@sojourn/sql/postgres";
import type { Connected, Rows, TableRow } from "../connected.ts";
import { numberedStatements, withStore } from "./postgres.ts";

const { select, update, insert, remove } = numberedStatements;

export async function connectPglite(folder: string): Promise<Connected> {
  const database = new PGlite(folder);
  const written = async (text: string, ...values: unknown[]) =>
    (await database.query(text, values)).affectedRows ?? 0;
  return withStore(pglite(database), {
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
