import sql, { join, raw, type Sql } from "sql-template-tag";
import type { Row } from "../../statement.ts";
import type { Query } from "../server.ts";

/** How many rows one statement removes at most. */
const ROWS = 128;

/** Removes rows, which are locked, by their primary key. */
export async function removeKeys(
  query: Query,
  table: Sql,
  columns: readonly string[],
  rows: readonly Row[],
): Promise<void> {
  // Of `(a, b) IN ((?, ?), ...)` MariaDB makes a look at every row of the table.
  const key = (row: Row | undefined) => {
    const equal = columns.map((column) => sql`${raw(column)} = ${row?.[column]}`);
    return sql`(${join(equal, " AND ")})`;
  };
  for (let from = 0; from < rows.length; from += ROWS) {
    const some = rows.slice(from, from + ROWS);
    // Each length is a prepared statement of its own, of which a server holds so many and no more: so
    // lengths are powers of two, and the last key fills up what is left.
    const length = 2 ** Math.ceil(Math.log2(some.length));
    const keys = Array.from({ length }, (_, i) => key(some[i] ?? some.at(-1)));
    await query(sql`DELETE FROM ${table} WHERE ${join(keys, " OR ")}`);
  }
}
