import sql, { join, raw } from "sql-template-tag";
import type { ServerConnection } from "../server.ts";
import { limited } from "../statements.ts";
import type { Tables } from "../tables.ts";
import { removeKeys } from "./remove-keys.ts";

/** Removes entries of powers that are past their deadline, at most `limit` of each table. */
export async function sweepPowers(
  { transaction }: ServerConnection,
  { references, once }: Tables,
  now: number,
  limit: number,
): Promise<void> {
  for (const [table, columns] of [
    [references, ["name", "session"]],
    [once, ["name"]],
  ] as const) {
    await transaction(async (query) => {
      const rows =
        await query(sql`SELECT ${join(columns.map((column) => raw(column)))} FROM ${table}
        WHERE expires_at <= ${now} ORDER BY expires_at ${limited(limit)} FOR UPDATE SKIP LOCKED`);
      await removeKeys(query, table, columns, rows);
    });
  }
}
