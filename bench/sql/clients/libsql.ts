import { createClient, type InValue } from "@libsql/client";
import { migrate, sqlStore } from "@sojourn/sql";
import { libsql } from "@sojourn/sql/sqlite";
import { DELETE, INSERT, SELECT, tableStatements, UPDATE } from "../by-hand.ts";
import { type Connected, PATIENT, type Rows, type TableRow } from "../connected.ts";
import { PRAGMAS } from "./pragmas.ts";

export async function connectLibsql(path: string): Promise<Connected> {
  // A pragma is a connection's: one connection each.
  const open = () => createClient({ url: `file:${path}`, concurrency: 1 });
  const [own, other] = [open(), open()];
  for (const client of [own, other]) {
    for (const pragma of PRAGMAS) await client.execute(pragma);
  }
  const run = (sql: string, values: readonly unknown[] = []) =>
    other.execute({ sql, args: values as InValue[] });
  const written = async (sql: string, ...values: unknown[]) =>
    (await run(sql, values)).rowsAffected;

  const database = libsql(own);
  const made = await migrate(database);
  if (made.length > 0) {
    for (const statement of tableStatements("sqlite")) await run(statement);
  }
  return {
    store: sqlStore(database, PATIENT),
    table: {
      select: async (id, now) => (await run(SELECT, [id, now])).rows[0] as unknown as TableRow,
      update: (id, data) => written(UPDATE, data, id),
      insert: (row) => written(INSERT, row.id, row.user_id, row.data, row.expires_at),
      delete: (id) => written(DELETE, id),
    },
    run: async (statement, values) => (await run(statement, values)).rows as unknown as Rows,
    close() {
      own.close();
      other.close();
    },
  };
}
