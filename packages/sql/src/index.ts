export type { SqlDatabase } from "./database.ts";
export type { Row, SqlValue, Statement } from "./statement.ts";
export type { ReplicableSqlPowers, SqlPowers } from "./internal/powers/powers.ts";
export { migrate, type MigrateOptions } from "./migrate.ts";
export { sqlStore, type SqlStoreOptions } from "./sql-store.ts";
