CREATE TABLE IF NOT EXISTS sojourn_marks (
  name varbinary(512) NOT NULL PRIMARY KEY,
  stamp bigint NOT NULL
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS sojourn_references (
  name varbinary(512) NOT NULL,
  session varchar(38) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  expires_at bigint NOT NULL,
  PRIMARY KEY (name, session),
  INDEX sojourn_references_expires_at (expires_at)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS sojourn_once (
  name varbinary(512) NOT NULL PRIMARY KEY,
  expires_at bigint NOT NULL,
  INDEX sojourn_once_expires_at (expires_at)
) ENGINE = InnoDB;

CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY);

INSERT IGNORE INTO sojourn_migrations (version) VALUES (2);
