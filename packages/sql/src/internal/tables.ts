import { ConfigurationError } from "@sojourn/core";
import { raw, type Sql } from "sql-template-tag";

/** The tables of one application, as they stand in a statement. */
export interface Tables {
  readonly prefix: string;
  readonly sessions: Sql;
  /** A row a user: the stamp that `deleteAll` leaves, and on servers the lock for a login. */
  readonly partitions: Sql;
  readonly migrations: Sql;
  readonly marks: Sql;
  readonly references: Sql;
  /** What was redeemed. */
  readonly once: Sql;
  /** Of stores that are replicable. */
  readonly changes: Sql;
  readonly replica: Sql;
}

const DEFAULT_PREFIX = "sojourn_";

/** Throws `ConfigurationError` for a prefix that is not a plain name. */
export function tablesOf(prefix: string = DEFAULT_PREFIX): Tables {
  // MySQL takes names of up to 64 characters, PostgreSQL of 63; it must stand unquoted in all.
  if (typeof prefix !== "string" || !/^[a-z_][a-z0-9_]{0,31}$/.test(prefix)) {
    throw new ConfigurationError(
      "prefix begins the names of the tables: at most 32 lower-case letters, digits and _, and no " +
        "digit first. Write shop_, say.",
    );
  }
  return {
    prefix,
    sessions: raw(`${prefix}sessions`),
    partitions: raw(`${prefix}partitions`),
    migrations: raw(`${prefix}migrations`),
    marks: raw(`${prefix}marks`),
    references: raw(`${prefix}references`),
    once: raw(`${prefix}once`),
    changes: raw(`${prefix}changes`),
    replica: raw(`${prefix}replica`),
  };
}
