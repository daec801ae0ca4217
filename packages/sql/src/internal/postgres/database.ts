import sql from "sql-template-tag";
import type { SqlDatabase } from "../../database.ts";
import { createPowers } from "../powers/powers.ts";
import { onConflict } from "../powers/upserts.ts";
import { type Connect, DEFINING, inOrder, type Query } from "../server.ts";
import { migrations } from "./migrations.ts";
import { createPostgresStore } from "./store.ts";

/** The advisory lock under which tables are defined: any number, the same in every process. */
const LOCK = 7_363_527_201;

export function postgresDatabase(connect: Connect): SqlDatabase {
  return {
    dialect: "postgres",
    migrations,
    createStore(tables, timeLimit) {
      const query: Query = (statement) => connect(timeLimit).query(statement);
      return {
        ...createPostgresStore(() => connect(timeLimit), tables),
        powers: createPowers(query, onConflict(query, tables), tables),
      };
    },
    define: (statements) =>
      connect(DEFINING).transaction(async (query) => {
        // Two that create a table at once would fail in spite of IF NOT EXISTS.
        await query(sql`SELECT pg_advisory_xact_lock(${LOCK})`);
        return inOrder(query, statements);
      }),
  };
}
