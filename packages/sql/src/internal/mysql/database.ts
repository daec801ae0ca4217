import sql from "sql-template-tag";
import type { SqlDatabase } from "../../database.ts";
import { createPowers } from "../powers/powers.ts";
import { onDuplicateKey } from "../powers/upserts.ts";
import { DEFINING, inOrder, type Query } from "../server.ts";
import type { MysqlConnect } from "./connection.ts";
import { migrations } from "./migrations.ts";
import { createMysqlStore } from "./store.ts";

export function mysqlDatabase(connect: MysqlConnect): SqlDatabase {
  return {
    dialect: "mysql",
    migrations,
    createStore(tables, timeLimit) {
      const query: Query = (statement) => connect(timeLimit).query(statement);
      return {
        ...createMysqlStore(() => connect(timeLimit), tables),
        powers: createPowers(query, onDuplicateKey(query, tables), tables),
      };
    },
    define: (statements) =>
      // On one connection, to which the lock belongs. No transaction: a statement that defines something
      // would end it.
      connect(DEFINING).together(async (query) => {
        // Two at once would both find a version missing.
        await query(sql`SELECT GET_LOCK('sojourn migrations', ${DEFINING / 1_000})`);
        try {
          return await inOrder(query, statements);
        } finally {
          // A connection on which this fails has ended, and its lock with it.
          await query(sql`SELECT RELEASE_LOCK('sojourn migrations')`).catch(() => {});
        }
      }),
  };
}
