import type { Migration } from "../migrations.ts";

export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "sessions",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}sessions (
  partition_key TEXT NOT NULL,
  handle TEXT NOT NULL,
  user_id TEXT,
  credential TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  authenticated_at INTEGER,
  last_seen_at INTEGER,
  idle_expires_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  policy TEXT NOT NULL,
  persistent INTEGER NOT NULL,
  facts TEXT,
  version INTEGER NOT NULL,
  data TEXT NOT NULL,
  deadline INTEGER NOT NULL GENERATED ALWAYS AS (min(idle_expires_at, expires_at)) STORED,
  PRIMARY KEY (partition_key, handle)
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}sessions_deadline ON ${prefix}sessions (deadline)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}partitions (
  partition_key TEXT NOT NULL PRIMARY KEY,
  not_before INTEGER NOT NULL,
  kept_until INTEGER NOT NULL
) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS ${prefix}partitions_kept_until
  ON ${prefix}partitions (kept_until)`,
    ],
  },
  {
    version: 2,
    name: "powers",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}marks (
  name TEXT NOT NULL PRIMARY KEY,
  stamp INTEGER NOT NULL
) WITHOUT ROWID`,
      `CREATE TABLE IF NOT EXISTS ${prefix}references (
  name TEXT NOT NULL,
  session TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (name, session)
) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS ${prefix}references_expires_at
  ON ${prefix}references (expires_at)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}once (
  name TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID`,
      `CREATE INDEX IF NOT EXISTS ${prefix}once_expires_at ON ${prefix}once (expires_at)`,
    ],
  },
];
