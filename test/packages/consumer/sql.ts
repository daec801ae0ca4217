import type { Store } from "@sojourn/core";
import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { pg, postgresJs } from "@sojourn/sql/postgres";
import { d1, type D1Binding, sqlite } from "@sojourn/sql/sqlite";
import { createPool } from "mysql2/promise";
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import postgres from "postgres";

export const file: SqlDatabase = sqlite(new DatabaseSync("sessions.db"));
export const store: Store = sqlStore(file, { prefix: "shop_" });
export const made: Promise<unknown> = migrate(file);
export const others: readonly SqlDatabase[] = [
  pg(new Pool()),
  postgresJs(postgres()),
  mysql2(createPool({})),
];
export const worker = {
  fetch: (_request: Request, env: { DB: D1Binding }): unknown => sqlStore(d1(env.DB)).read,
};

// @ts-expect-error A path is no client.
sqlite("sessions.db");
