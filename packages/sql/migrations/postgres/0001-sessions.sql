CREATE TABLE IF NOT EXISTS sojourn_sessions (
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
);

CREATE INDEX IF NOT EXISTS sojourn_sessions_deadline ON sojourn_sessions (deadline);

CREATE TABLE IF NOT EXISTS sojourn_partitions (
  partition_key text COLLATE "C" NOT NULL PRIMARY KEY,
  not_before bigint NOT NULL,
  kept_until bigint NOT NULL
);

CREATE INDEX IF NOT EXISTS sojourn_partitions_kept_until
  ON sojourn_partitions (kept_until);

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT INTO sojourn_migrations (version) VALUES (1) ON CONFLICT DO NOTHING;
