import type { Row, SqlDatabase } from "../../database.ts";
import type { ServerConnection } from "../server.ts";
import { migrations } from "./migrations.ts";
import { createMysqlStore } from "./store.ts";

export function mysqlDatabase(connection: ServerConnection): SqlDatabase {
  return {
    dialect: "mysql",
    migrations,
    createStore: (tables) => createMysqlStore(connection, tables),
    async define(statements) {
      // A statement that defines something ends every transaction.
      const rows: (readonly Row[])[] = [];
      for (const statement of statements) rows.push(await connection.query(statement));
      return rows;
    },
  };
}
