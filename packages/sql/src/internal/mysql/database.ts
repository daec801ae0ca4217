import sql from "sql-template-tag";
import type { SqlDatabase } from "../../database.ts";
import type { Row } from "../../statement.ts";
import { createPowers } from "../powers/powers.ts";
import { onDuplicateKey } from "../powers/upserts.ts";
import type { Query } from "../server.ts";
import type { MysqlConnect } from "./connection.ts";
import { migrations } from "./migrations.ts";
import { createMysqlStore } from "./store.ts";

/** ms for what defines tables: they may be large by then. */
const DEFINING = 600_000;

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
      // For the sake of one connection, to which the lock belongs: a statement that defines something
      // ends every transaction.
      connect(DEFINING).transaction(async (query) => {
        // Two at once would both find a version missing.
        await query(sql`SELECT GET_LOCK('sojourn migrations', ${DEFINING / 1_000})`);
        try {
          const rows: (readonly Row[])[] = [];
          for (const statement of statements) rows.push(await query(statement));
          return rows;
        } finally {
          // A connection on which this fails has ended, and its lock with it.
          await query(sql`SELECT RELEASE_LOCK('sojourn migrations')`).catch(() => {});
        }
      }),
  };
}
