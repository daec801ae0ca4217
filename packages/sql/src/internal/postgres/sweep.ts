import sql, { raw, type Sql } from "sql-template-tag";
import type { Query } from "../server.ts";
import { limited } from "../statements.ts";
import type { Tables } from "../tables.ts";

/**
 * Removes rows that are due, at most `limit`, and passes over those that somebody else holds.
 *
 * By their place, and not by their key: with IN (SELECT ...) they may be looked up anew for each row, and
 * then there is no limit; and a join may read all of the table where that seems as cheap. A row that was
 * changed a moment ago has another place, and is left for the next sweep.
 */
export function deleteDue(
  table: Sql,
  deadline: "deadline" | "kept_until" | "expires_at",
  now: number,
  limit: number,
): Sql {
  const due = raw(deadline);
  return sql`DELETE FROM ${table} WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM ${table} WHERE ${due} <= ${now}
    ORDER BY ${due} ${limited(limit)} FOR UPDATE SKIP LOCKED
  ))`;
}

/** Removes all that is past its deadline but sessions, at most `limit` of each kind. */
export async function sweepOthers(
  query: Query,
  { partitions, references, once }: Tables,
  now: number,
  limit: number,
): Promise<void> {
  await query(deleteDue(partitions, "kept_until", now, limit));
  await query(deleteDue(references, "expires_at", now, limit));
  await query(deleteDue(once, "expires_at", now, limit));
}
