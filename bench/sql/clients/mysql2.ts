import { migrate, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { createPool, type ResultSetHeader, type RowDataPacket } from "mysql2/promise";
import { DELETE, INSERT, SELECT, tableStatements, UPDATE } from "../by-hand.ts";
import {
  type Connected,
  type Connecting,
  PATIENT,
  type Rows,
  type TableRow,
} from "../connected.ts";

type Value = string | number | null;

export async function connectMysql2(
  uri: string,
  { connections = 10 }: Connecting = {},
): Promise<Connected> {
  const pool = createPool({ uri, connectionLimit: connections });
  const written = async (sql: string, ...values: Value[]) =>
    (await pool.execute<ResultSetHeader>(sql, values))[0].affectedRows;
  const database = mysql2(pool);
  const made = await migrate(database);
  if (made.length > 0) {
    for (const statement of tableStatements("mysql")) await pool.query(statement);
  }
  return {
    store: sqlStore(database, PATIENT),
    table: {
      async select(id, now) {
        const [rows] = await pool.execute<RowDataPacket[]>(SELECT, [id, now]);
        return rows[0] as TableRow | undefined;
      },
      update: (id, data) => written(UPDATE, data, id),
      insert: (row) => written(INSERT, row.id, row.user_id, row.data, row.expires_at),
      delete: (id) => written(DELETE, id),
    },
    async run(sql, values = []) {
      const [rows] = await pool.query(sql, [...values]);
      return (Array.isArray(rows) ? rows : []) as Rows;
    },
    close: () => pool.end(),
  };
}
