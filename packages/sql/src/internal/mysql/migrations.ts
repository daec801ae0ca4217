import type { Migration } from "../migrations.ts";

/**
 * Collations that compare by unit. Indexes stand in the table: MySQL knows no IF NOT EXISTS for one. A
 * name is binary, since to utf8mb4_bin two are one that differ in spaces at the end.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "sessions",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}sessions (
  partition_key varchar(16) NOT NULL,
  handle varchar(22) NOT NULL,
  user_id mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  credential mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  created_at bigint NOT NULL,
  authenticated_at bigint,
  last_seen_at bigint,
  idle_expires_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  policy mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  persistent tinyint NOT NULL,
  facts mediumtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin,
  version bigint NOT NULL,
  data longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  deadline bigint GENERATED ALWAYS AS (least(idle_expires_at, expires_at)) STORED,
  PRIMARY KEY (partition_key, handle),
  INDEX ${prefix}sessions_deadline (deadline)
) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin`,
      `CREATE TABLE IF NOT EXISTS ${prefix}partitions (
  partition_key varchar(16) NOT NULL PRIMARY KEY,
  not_before bigint NOT NULL,
  kept_until bigint NOT NULL,
  INDEX ${prefix}partitions_kept_until (kept_until)
) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin`,
    ],
  },
  {
    version: 2,
    name: "powers",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}marks (
  name varbinary(512) NOT NULL PRIMARY KEY,
  stamp bigint NOT NULL
) ENGINE = InnoDB`,
      `CREATE TABLE IF NOT EXISTS ${prefix}references (
  name varbinary(512) NOT NULL,
  session varchar(38) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (name, session),
  INDEX ${prefix}references_expires_at (expires_at)
) ENGINE = InnoDB`,
      `CREATE TABLE IF NOT EXISTS ${prefix}once (
  name varbinary(512) NOT NULL PRIMARY KEY,
  expires_at bigint NOT NULL,
  INDEX ${prefix}once_expires_at (expires_at)
) ENGINE = InnoDB`,
    ],
  },
];
