CREATE TABLE IF NOT EXISTS sojourn_sessions (
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
  INDEX sojourn_sessions_deadline (deadline)
) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS sojourn_partitions (
  partition_key varchar(16) NOT NULL PRIMARY KEY,
  not_before bigint NOT NULL,
  kept_until bigint NOT NULL,
  INDEX sojourn_partitions_kept_until (kept_until)
) ENGINE = InnoDB CHARACTER SET ascii COLLATE ascii_bin;

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT IGNORE INTO sojourn_migrations (version) VALUES (1);
