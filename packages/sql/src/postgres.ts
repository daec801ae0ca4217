import type { SqlDatabase } from "./database.ts";
import { pgConnect, type PgPool } from "./internal/postgres/clients/pg.ts";
import { pgliteConnect, type PgliteClient } from "./internal/postgres/clients/pglite.ts";
import {
  postgresJsConnect,
  type PostgresJsClient,
} from "./internal/postgres/clients/postgres-js.ts";
import { postgresDatabase } from "./internal/postgres/database.ts";

export type { PgPool, PgPoolClient } from "./internal/postgres/clients/pg.ts";
export type { PgliteClient } from "./internal/postgres/clients/pglite.ts";
export type { PostgresJsClient } from "./internal/postgres/clients/postgres-js.ts";

/** PostgreSQL 12 or later through a `Pool` of pg. */
export function pg(pool: PgPool): SqlDatabase {
  return postgresDatabase(pgConnect(pool));
}

/** PostgreSQL 12 or later through postgres.js: `postgresJs(postgres(url))`. */
export function postgresJs(client: PostgresJsClient): SqlDatabase {
  return postgresDatabase(postgresJsConnect(client));
}

/** PGlite: PostgreSQL in this process. */
export function pglite(database: PgliteClient): SqlDatabase {
  return postgresDatabase(pgliteConnect(database));
}
