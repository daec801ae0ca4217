import type { SqlDatabase } from "./database.ts";
import { embedded, type EmbeddedSqlite } from "./internal/sqlite/clients/embedded.ts";
import { sqliteDatabase } from "./internal/sqlite/database.ts";

export type { EmbeddedSqlite, EmbeddedStatement } from "./internal/sqlite/clients/embedded.ts";

/**
 * SQLite in this process: a `DatabaseSync` of node:sqlite, a `Database` of bun:sqlite or of
 * better-sqlite3. Give the store a connection of its own: it begins and commits transactions on it.
 */
export function sqlite(database: EmbeddedSqlite): SqlDatabase {
  return sqliteDatabase(embedded(database));
}
