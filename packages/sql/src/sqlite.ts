import type { SqlDatabase } from "./database.ts";
import { type D1Binding, d1Connection } from "./internal/sqlite/clients/d1.ts";
import { embedded, type EmbeddedSqlite } from "./internal/sqlite/clients/embedded.ts";
import { type LibsqlClient, libsqlConnection } from "./internal/sqlite/clients/libsql.ts";
import { sqliteDatabase } from "./internal/sqlite/database.ts";

export type { D1Binding, D1Result, D1Statement } from "./internal/sqlite/clients/d1.ts";
export type { EmbeddedSqlite, EmbeddedStatement } from "./internal/sqlite/clients/embedded.ts";
export type {
  LibsqlClient,
  LibsqlResult,
  LibsqlStatement,
} from "./internal/sqlite/clients/libsql.ts";

/**
 * SQLite in this process: a `DatabaseSync` of node:sqlite, a `Database` of bun:sqlite or of
 * better-sqlite3. Give the store a connection of its own: it begins and commits transactions on it, and
 * sets its `busy_timeout` to 0, since it waits for other writers itself, without holding up the process.
 *
 * Throws `ConfigurationError` for what is not one, or is not open.
 */
export function sqlite(database: EmbeddedSqlite): SqlDatabase {
  return sqliteDatabase(embedded(database));
}

/**
 * libSQL and Turso: a client that `createClient` of @libsql/client made, of a file or a server. Give the
 * store a client of its own: of a file's, it connects anew where another process was writing.
 *
 * Throws `ConfigurationError` for what is not one.
 */
export function libsql(client: LibsqlClient): SqlDatabase {
  return sqliteDatabase(libsqlConnection(client));
}

/**
 * Cloudflare D1: a binding, `env.DB` say. Not one of its sessions: with `withSession` reads may be of a
 * replica that has not heard of a logout.
 *
 * Throws `ConfigurationError` for what is not one.
 */
export function d1(binding: D1Binding): SqlDatabase {
  return sqliteDatabase(d1Connection(binding));
}
