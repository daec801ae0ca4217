import { ConfigurationError } from "@sojourn/core";
import type { ReplicableDialect, SqlDatabase } from "../database.ts";

/** Null: not asked for. Throws `ConfigurationError` for what is no answer, or where it cannot be. */
export function replicableDialect(
  database: SqlDatabase,
  replicable: unknown,
): ReplicableDialect | null {
  if (replicable !== undefined && typeof replicable !== "boolean") {
    throw new ConfigurationError("replicable is true or false.");
  }
  if (replicable !== true) return null;
  if (database.replicable !== undefined) return database.replicable;
  throw new ConfigurationError(
    "replicable is for SQLite. Leave it out: PostgreSQL, MySQL and MariaDB have replication of their " +
      "own, which copies all of a database. Let the store read and write the primary.",
  );
}
