import sql from "sql-template-tag";
import { integer } from "../record.ts";
import type { Query } from "../server.ts";
import type { Tables } from "../tables.ts";

/** The writes that differ: MySQL has other words for them, and gives little back. Names are packed. */
export interface Upserts {
  /** Moves a mark, forward only, and gives the one in force. */
  mark(name: string, at: number): Promise<number>;
  /** Adds an entry, or prolongs it. */
  refer(name: string, session: string, expiresAt: number): Promise<void>;
  /** Whether the name was free at `now`, and is taken by this call. */
  take(name: string, expiresAt: number, now: number): Promise<boolean>;
}

/** SQLite's and PostgreSQL's, each one statement. */
export function onConflict(query: Query, { marks, references, once }: Tables): Upserts {
  return {
    async mark(name, at) {
      const [row] = await query(sql`INSERT INTO ${marks} AS held (name, stamp)
        VALUES (${name}, ${at})
        ON CONFLICT (name) DO UPDATE SET stamp =
          CASE WHEN held.stamp < excluded.stamp THEN excluded.stamp ELSE held.stamp END
        RETURNING stamp`);
      return integer(row?.stamp);
    },

    async refer(name, session, expiresAt) {
      await query(sql`INSERT INTO ${references} AS held (name, session, expires_at)
        VALUES (${name}, ${session}, ${expiresAt})
        ON CONFLICT (name, session) DO UPDATE SET expires_at = excluded.expires_at
          WHERE held.expires_at < excluded.expires_at`);
    },

    async take(name, expiresAt, now) {
      const rows = await query(sql`INSERT INTO ${once} AS held (name, expires_at)
        VALUES (${name}, ${expiresAt})
        ON CONFLICT (name) DO UPDATE SET expires_at = excluded.expires_at
          WHERE held.expires_at <= ${now}
        RETURNING name`);
      return rows.length > 0;
    },
  };
}

/**
 * MySQL's and MariaDB's. Of an upsert LAST_INSERT_ID is the one thing that comes back with its answer: 0
 * for a new row, else what an expression was given that was looked at.
 */
export function onDuplicateKey(query: Query, { marks, references, once }: Tables): Upserts {
  return {
    async mark(name, at) {
      const [row] = await query(sql`INSERT INTO ${marks} (name, stamp) VALUES (${name}, ${at})
        ON DUPLICATE KEY UPDATE stamp = LAST_INSERT_ID(greatest(stamp, ${at}))`);
      return integer(row?.last_insert_id) || at;
    },

    async refer(name, session, expiresAt) {
      await query(sql`INSERT INTO ${references} (name, session, expires_at)
        VALUES (${name}, ${session}, ${expiresAt})
        ON DUPLICATE KEY UPDATE expires_at = greatest(expires_at, ${expiresAt})`);
    },

    async take(name, expiresAt, now) {
      const [row] = await query(sql`INSERT INTO ${once} (name, expires_at)
        VALUES (${name}, ${expiresAt})
        ON DUPLICATE KEY UPDATE expires_at =
          IF(expires_at <= ${now}, ${expiresAt}, LAST_INSERT_ID(expires_at))`);
      return integer(row?.last_insert_id) === 0;
    },
  };
}
