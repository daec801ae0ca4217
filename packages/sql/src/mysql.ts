import type { SqlDatabase } from "./database.ts";
import { mysql2Connect, type Mysql2Pool } from "./internal/mysql/clients/mysql2.ts";
import { mysqlDatabase } from "./internal/mysql/database.ts";

export type { Mysql2Connection, Mysql2Pool } from "./internal/mysql/clients/mysql2.ts";

/**
 * MySQL 8 or later, or MariaDB 10.6 or later, through a pool that `createPool` of mysql2/promise gives. It
 * may be shared: what the store changes of a connection, it changes for one transaction. Of a pool of
 * callbacks give `pool.promise()`.
 *
 * Throws `ConfigurationError` for a pool of callbacks, a single connection or a cluster.
 */
export function mysql2(pool: Mysql2Pool): SqlDatabase {
  return mysqlDatabase(mysql2Connect(pool));
}
