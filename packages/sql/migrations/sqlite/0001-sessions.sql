CREATE TABLE IF NOT EXISTS sojourn_sessions (
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
);

CREATE INDEX IF NOT EXISTS sojourn_sessions_deadline ON sojourn_sessions (deadline);

CREATE TABLE IF NOT EXISTS sojourn_partitions (
  partition_key TEXT NOT NULL PRIMARY KEY,
  not_before INTEGER NOT NULL,
  kept_until INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sojourn_partitions_kept_until
  ON sojourn_partitions (kept_until);

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT OR IGNORE INTO sojourn_migrations (version) VALUES (1);
