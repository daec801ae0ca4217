CREATE TABLE IF NOT EXISTS sojourn_marks (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  stamp bigint NOT NULL
);

CREATE TABLE IF NOT EXISTS sojourn_references (
  name text COLLATE "C" NOT NULL,
  session text COLLATE "C" NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (name, session)
);

CREATE INDEX IF NOT EXISTS sojourn_references_expires_at
  ON sojourn_references (expires_at);

CREATE TABLE IF NOT EXISTS sojourn_once (
  name text COLLATE "C" NOT NULL PRIMARY KEY,
  expires_at bigint NOT NULL
);

CREATE INDEX IF NOT EXISTS sojourn_once_expires_at ON sojourn_once (expires_at);

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT INTO sojourn_migrations (version) VALUES (2) ON CONFLICT DO NOTHING;
