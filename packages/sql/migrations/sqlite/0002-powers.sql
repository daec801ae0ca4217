CREATE TABLE IF NOT EXISTS sojourn_marks (
  name TEXT NOT NULL PRIMARY KEY,
  stamp INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS sojourn_references (
  name TEXT NOT NULL,
  session TEXT NOT NULL,
  expires_at INTEGER NOT NULL,
  PRIMARY KEY (name, session)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sojourn_references_expires_at
  ON sojourn_references (expires_at);

CREATE TABLE IF NOT EXISTS sojourn_once (
  name TEXT NOT NULL PRIMARY KEY,
  expires_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS sojourn_once_expires_at ON sojourn_once (expires_at);

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT OR IGNORE INTO sojourn_migrations (version) VALUES (2);
