import sql, { type Sql } from "sql-template-tag";
import { limited } from "../statements.ts";
import type { Tables } from "../tables.ts";

/** Removes entries of powers that are past their deadline, at most `limit` of each table. */
export function sweepPowers({ references, once }: Tables, now: number, limit: number): Sql[] {
  return [
    sql`DELETE FROM ${references} WHERE (name, session) IN (
      SELECT name, session FROM ${references} WHERE expires_at <= ${now}
      ORDER BY expires_at ${limited(limit)}
    )`,
    sql`DELETE FROM ${once} WHERE name IN (
      SELECT name FROM ${once} WHERE expires_at <= ${now}
      ORDER BY expires_at ${limited(limit)}
    )`,
  ];
}
