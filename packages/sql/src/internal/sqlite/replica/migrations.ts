import type { Migration } from "../../migrations.ts";

/**
 * Only for stores that are replicable. Triggers write down what changed, so that it is written in the
 * step that changes it, by whichever statement: the store's are the same with and without.
 *
 * `changes` has a row a place, at its last change: so whoever reads it in order finds all there is, and
 * no place is ever too old to be found. A place is a session, a tombstone (`buried_until`), or, with an
 * empty handle, a partition's stamp. SQLite has one writer at a time, so that `seq` is in the order in
 * which changes are seen.
 *
 * `replica` has one row. Each step sets what its triggers go by: what has expired at `now` leaves no
 * tombstone, and what is written gets at least `least_revision`. `id` tells this database's cursors from
 * another's.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1_001,
    name: "replicable",
    statements: (prefix) => [
      `CREATE TABLE IF NOT EXISTS ${prefix}replica (
  id TEXT NOT NULL PRIMARY KEY,
  seq INTEGER NOT NULL,
  now INTEGER NOT NULL,
  least_revision INTEGER NOT NULL
) WITHOUT ROWID`,
      `INSERT INTO ${prefix}replica (id, seq, now, least_revision)
SELECT lower(hex(randomblob(16))), 0, 0, 0
WHERE NOT EXISTS (SELECT 1 FROM ${prefix}replica)`,
      `CREATE TABLE IF NOT EXISTS ${prefix}changes (
  seq INTEGER NOT NULL PRIMARY KEY,
  partition_key TEXT NOT NULL,
  handle TEXT NOT NULL,
  revision INTEGER,
  buried_until INTEGER,
  UNIQUE (partition_key, handle)
)`,
      `CREATE INDEX IF NOT EXISTS ${prefix}changes_buried_until
  ON ${prefix}changes (buried_until) WHERE buried_until IS NOT NULL`,
      ...["INSERT", "UPDATE"].flatMap((event) => [
        trigger(prefix, "sessions", event, noted(prefix, "new.handle", "least_revision")),
        trigger(prefix, "partitions", event, noted(prefix, "''", "NULL")),
      ]),
      trigger(
        prefix,
        "sessions",
        "DELETE",
        `  ${forgotten(prefix, "old.handle")}
  INSERT INTO ${prefix}changes (seq, partition_key, handle, buried_until)
    SELECT seq, old.partition_key, old.handle, old.expires_at FROM ${prefix}replica
    WHERE old.idle_expires_at > now AND old.expires_at > now;`,
      ),
      trigger(prefix, "partitions", "DELETE", `  ${forgotten(prefix, "''")}`),
      ...found(prefix, "sessions", "handle", "0"),
      ...found(prefix, "partitions", "''", "NULL"),
    ],
  },
];

function trigger(prefix: string, table: string, event: string, body: string): string {
  return `CREATE TRIGGER IF NOT EXISTS ${prefix}${table}_${event.toLowerCase()}
AFTER ${event} ON ${prefix}${table} BEGIN
  UPDATE ${prefix}replica SET seq = seq + 1;
${body}
END`;
}

/** By upsert: what stands after OR would yield to what stands there in the statement that fires. */
function noted(prefix: string, handle: string, revision: string): string {
  return `  INSERT INTO ${prefix}changes (seq, partition_key, handle, revision)
    SELECT seq, new.partition_key, ${handle}, ${revision} FROM ${prefix}replica WHERE true
    ON CONFLICT (partition_key, handle) DO UPDATE SET
      seq = excluded.seq,
      revision = max(coalesce(revision + 1, excluded.revision), excluded.revision),
      buried_until = NULL;`;
}

function forgotten(prefix: string, handle: string): string {
  return `DELETE FROM ${prefix}changes
    WHERE partition_key = old.partition_key AND handle = ${handle};`;
}

/** What was there before. */
function found(prefix: string, table: string, handle: string, revision: string): string[] {
  return [
    `INSERT INTO ${prefix}changes (seq, partition_key, handle, revision)
SELECT (SELECT seq FROM ${prefix}replica) + row_number() OVER (), partition_key, ${handle}, ${revision}
FROM ${prefix}${table} WHERE (partition_key, ${handle}) NOT IN (
  SELECT partition_key, handle FROM ${prefix}changes
)`,
    `UPDATE ${prefix}replica
SET seq = max(seq, (SELECT coalesce(max(seq), 0) FROM ${prefix}changes))`,
  ];
}
