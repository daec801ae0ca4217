import type { PoweredStore } from "@sojourn/core";
import type { SqlDatabase } from "../../database.ts";
import { createPowers, type SqlPowers } from "../powers/powers.ts";
import { onConflict } from "../powers/upserts.ts";
import type { Query } from "../server.ts";
import type { Tables } from "../tables.ts";
import type { SqliteConnection } from "./connection.ts";
import { migrations } from "./migrations.ts";
import { migrations as replicableMigrations } from "./replica/migrations.ts";
import { createReplicableStore } from "./replica/store.ts";
import { createReplica } from "./replica/target.ts";
import { createSqliteStore } from "./store.ts";

export function sqliteDatabase(connection: SqliteConnection): SqlDatabase {
  const query: Query = async (statement) => {
    const [rows = []] = await connection.batch([statement]);
    return rows;
  };
  const powersOf = (tables: Tables): SqlPowers =>
    createPowers(query, onConflict(query, tables), tables);

  return {
    dialect: "sqlite",
    migrations,
    createStore: (tables): PoweredStore<SqlPowers> => ({
      ...createSqliteStore(connection, tables),
      powers: powersOf(tables),
    }),
    define: (statements) => connection.batch(statements),
    replicable: {
      migrations: replicableMigrations,
      createStore: (tables) => ({
        ...createReplicableStore(connection, tables),
        powers: { ...powersOf(tables), replica: createReplica(connection, tables) },
      }),
    },
  };
}
