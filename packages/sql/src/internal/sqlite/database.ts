import type { SqlDatabase } from "../../database.ts";
import type { SqliteConnection } from "./connection.ts";
import { migrations } from "./migrations.ts";
import { createSqliteStore } from "./store.ts";

export function sqliteDatabase(connection: SqliteConnection): SqlDatabase {
  return {
    dialect: "sqlite",
    migrations,
    createStore: (tables) => createSqliteStore(connection, tables),
    define: (statements) => connection.batch(statements),
  };
}
