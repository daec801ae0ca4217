import type { Migration } from "../migrations.ts";

/** `COLLATE "C"`: by unit, whatever the database's locale. */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    name: "sessions",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}sessions (
  partition_key text COLLATE "C" NOT NULL,
  handle text COLLATE "C" NOT NULL,
  user_id text,
  credential text COLLATE "C" NOT NULL,
  created_at bigint NOT NULL,
  authenticated_at bigint,
  last_seen_at bigint,
  idle_expires_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  policy text NOT NULL,
  persistent smallint NOT NULL,
  facts text,
  version bigint NOT NULL,
  data text NOT NULL,
  deadline bigint NOT NULL GENERATED ALWAYS AS (least(idle_expires_at, expires_at)) STORED,
  PRIMARY KEY (partition_key, handle)
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}sessions_deadline ON ${prefix}sessions (deadline)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}partitions (
  partition_key text COLLATE "C" NOT NULL PRIMARY KEY,
  not_before bigint NOT NULL,
  kept_until bigint NOT NULL
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}partitions_kept_until
  ON ${prefix}partitions (kept_until)`,
    ],
  },
  {
    version: 2,
    name: "powers",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}marks (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  stamp bigint NOT NULL
)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}references (
  name text COLLATE "C" NOT NULL,
  session text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (name, session)
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}references_expires_at
  ON ${prefix}references (expires_at)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}once (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  expires_at bigint NOT NULL
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}once_expires_at ON ${prefix}once (expires_at)`,
    ],
  },
];
