CREATE TABLE IF NOT EXISTS sojourn_replica (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  now INTEGER NOT NULL,
  least_revision INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO sojourn_replica (id, seq, now, least_revision)
SELECT lower(hex(randomblob(16))), 0, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM sojourn_replica);

CREATE TABLE IF NOT EXISTS sojourn_changes (
  seq INTEGER NOT NULL PRIMARY KEY,
  partition_key TEXT NOT NULL,
  handle TEXT NOT NULL,
  revision INTEGER,
  buried_until INTEGER,
  UNIQUE (partition_key, handle)
);

CREATE INDEX IF NOT EXISTS sojourn_changes_buried_until
  ON sojourn_changes (buried_until) WHERE buried_until IS NOT NULL;

CREATE TRIGGER IF NOT EXISTS sojourn_sessions_insert
AFTER INSERT ON sojourn_sessions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
    SELECT seq, new.partition_key, new.handle, least_revision FROM sojourn_replica WHERE true
    ON CONFLICT (partition_key, handle) DO UPDATE SET
      seq = excluded.seq,
      revision = max(coalesce(revision + 1, excluded.revision), excluded.revision),
      buried_until = NULL;
END;

CREATE TRIGGER IF NOT EXISTS sojourn_partitions_insert
AFTER INSERT ON sojourn_partitions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
    SELECT seq, new.partition_key, '', NULL FROM sojourn_replica WHERE true
    ON CONFLICT (partition_key, handle) DO UPDATE SET
      seq = excluded.seq,
      revision = max(coalesce(revision + 1, excluded.revision), excluded.revision),
      buried_until = NULL;
END;

CREATE TRIGGER IF NOT EXISTS sojourn_sessions_update
AFTER UPDATE ON sojourn_sessions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
    SELECT seq, new.partition_key, new.handle, least_revision FROM sojourn_replica WHERE true
    ON CONFLICT (partition_key, handle) DO UPDATE SET
      seq = excluded.seq,
      revision = max(coalesce(revision + 1, excluded.revision), excluded.revision),
      buried_until = NULL;
END;

CREATE TRIGGER IF NOT EXISTS sojourn_partitions_update
AFTER UPDATE ON sojourn_partitions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
    SELECT seq, new.partition_key, '', NULL FROM sojourn_replica WHERE true
    ON CONFLICT (partition_key, handle) DO UPDATE SET
      seq = excluded.seq,
      revision = max(coalesce(revision + 1, excluded.revision), excluded.revision),
      buried_until = NULL;
END;

CREATE TRIGGER IF NOT EXISTS sojourn_sessions_delete
AFTER DELETE ON sojourn_sessions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  DELETE FROM sojourn_changes
    WHERE partition_key = old.partition_key AND handle = old.handle;
  INSERT INTO sojourn_changes (seq, partition_key, handle, buried_until)
    SELECT seq, old.partition_key, old.handle, old.expires_at FROM sojourn_replica
    WHERE old.idle_expires_at > now AND old.expires_at > now;
END;

CREATE TRIGGER IF NOT EXISTS sojourn_partitions_delete
AFTER DELETE ON sojourn_partitions BEGIN
  UPDATE sojourn_replica SET seq = seq + 1;
  DELETE FROM sojourn_changes
    WHERE partition_key = old.partition_key AND handle = '';
END;

INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
SELECT (SELECT seq FROM sojourn_replica) + row_number() OVER (), partition_key, handle, 0
FROM sojourn_sessions WHERE (partition_key, handle) NOT IN (
  SELECT partition_key, handle FROM sojourn_changes
);

UPDATE sojourn_replica
SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM sojourn_changes));

INSERT INTO sojourn_changes (seq, partition_key, handle, revision)
SELECT (SELECT seq FROM sojourn_replica) + row_number() OVER (), partition_key, '', NULL
FROM sojourn_partitions WHERE (partition_key, '') NOT IN (
  SELECT partition_key, handle FROM sojourn_changes
);

UPDATE sojourn_replica
SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM sojourn_changes));

INSERT OR IGNORE INTO sojourn_migrations (version) VALUES (1001);
