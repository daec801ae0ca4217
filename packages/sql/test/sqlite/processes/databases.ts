import { createClient } from "@libsql/client";
import type { SqlDatabase } from "@sojourn/sql";
import { libsql, sqlite } from "@sojourn/sql/sqlite";
import BetterSqlite3 from "better-sqlite3";
import { DatabaseSync } from "node:sqlite";

/** A file, by each of the clients that Node has. */
export const clients = {
  "node:sqlite": (path: string): SqlDatabase => sqlite(new DatabaseSync(path)),
  "better-sqlite3": (path: string): SqlDatabase => sqlite(new BetterSqlite3(path)),
  "@libsql/client": (path: string): SqlDatabase => libsql(createClient({ url: `file:${path}` })),
};

export type ClientName = keyof typeof clients;
