import sql, { raw } from "sql-template-tag";
import type { SqlDatabase } from "./database.ts";
import { calling } from "./internal/calling.ts";
import { integer } from "./internal/record.ts";
import { replicableDialect } from "./internal/replicable.ts";
import { tablesOf } from "./internal/tables.ts";

/** ms for which it waits for whoever else is writing: a process that starts can, a request could not. */
const PATIENCE = 30_000;

export interface MigrateOptions {
  /** Begins the names of the tables; default `sojourn_`. As given to `sqlStore`. */
  readonly prefix?: string;
  /**
   * Whether to add what a store needs that is `replicable`. SQLite only: it is tables and triggers.
   * Sessions that are there already are noted, so on a large table it takes a while. Default false.
   */
  readonly replicable?: boolean;
}

/**
 * Makes the tables, or brings them to what this version of the store needs, and gives the versions that
 * were missing. Run it when you deploy; any number of processes may, at the same time. The same
 * statements are in the folder `migrations` of this package, for those who run their own.
 *
 * Throws `StoreUnavailableError` where the database refuses: say, because its user may make no tables.
 */
export async function migrate(
  database: SqlDatabase,
  { prefix, replicable }: MigrateOptions = {},
): Promise<number[]> {
  const more = replicableDialect(database, replicable)?.migrations ?? [];
  const { migrations } = tablesOf(prefix);
  const define: SqlDatabase["define"] = (statements) =>
    calling(() => database.define(statements), { timeLimit: PATIENCE });
  const known = await define([
    sql`CREATE TABLE IF NOT EXISTS ${migrations} (version INTEGER NOT NULL PRIMARY KEY)`,
    sql`SELECT version FROM ${migrations}`,
  ]);
  const done = new Set(known[1]?.map((row) => integer(row.version)));
  const missing = [...database.migrations, ...more].filter(({ version }) => !done.has(version));
  for (const { version, statements } of missing) {
    await define([
      ...statements(tablesOf(prefix).prefix).map((statement) => raw(statement)),
      // Another process may have been faster.
      sql`INSERT INTO ${migrations} (version) SELECT ${raw(String(version))} FROM (SELECT 1) AS one
        WHERE NOT EXISTS (SELECT 1 FROM ${migrations} WHERE version = ${version})`,
    ]);
  }
  return missing.map(({ version }) => version);
}
