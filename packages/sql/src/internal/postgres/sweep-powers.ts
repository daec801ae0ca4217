import sql from "sql-template-tag";
import type { Query } from "../server.ts";
import { limited } from "../statements.ts";
import type { Tables } from "../tables.ts";

/** Removes entries of powers that are past their deadline, at most `limit` of each table. */
export async function sweepPowers(
  query: Query,
  { references, once }: Tables,
  now: number,
  limit: number,
): Promise<void> {
  const due = sql`WHERE expires_at <= ${now} ORDER BY expires_at ${limited(limit)}
    FOR UPDATE SKIP LOCKED`;
  await query(sql`WITH due AS MATERIALIZED (SELECT name, session FROM ${references} ${due})
    DELETE FROM ${references} AS held USING due
    WHERE held.name = due.name AND held.session = due.session`);
  await query(sql`WITH due AS MATERIALIZED (SELECT name FROM ${once} ${due})
    DELETE FROM ${once} AS held USING due WHERE held.name = due.name`);
}
