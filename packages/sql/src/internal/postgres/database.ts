import sql from "sql-template-tag";
import type { Row, SqlDatabase } from "../../database.ts";
import type { ServerConnection } from "../server.ts";
import { migrations } from "./migrations.ts";
import { createPostgresStore } from "./store.ts";

/** The advisory lock under which tables are defined: any number, the same in every process. */
const DEFINING = 7_363_527_201;

export function postgresDatabase(connection: ServerConnection): SqlDatabase {
  return {
    dialect: "postgres",
    migrations,
    createStore: (tables) => createPostgresStore(connection, tables),
    define: (statements) =>
      connection.transaction(async (query) => {
        // Two that create a table at once would fail in spite of IF NOT EXISTS.
        await query(sql`SELECT pg_advisory_xact_lock(${DEFINING})`);
        const rows: (readonly Row[])[] = [];
        for (const statement of statements) rows.push(await query(statement));
        return rows;
      }),
  };
}
