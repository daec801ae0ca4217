import { NOT_BEFORE_KEPT, type SessionRef, type Store } from "@sojourn/core";
import sql from "sql-template-tag";
import { login, NEVER } from "../login.ts";
import {
  COLUMNS,
  ENVELOPE,
  integer,
  liveHandles,
  recordOf,
  recordsOf,
  valuesOf,
} from "../record.ts";
import type { Query } from "../server.ts";
import { settleDelete } from "../settle.ts";
import { deleteAt, limited, selectLive, selectPage, selectVersion } from "../statements.ts";
import type { Tables } from "../tables.ts";
import type { MysqlConnection } from "./connection.ts";
import { isDuplicate } from "./errors.ts";
import { removeKeys } from "./remove-keys.ts";
import { sweepPowers } from "./sweep-powers.ts";
import { createUpdate } from "./update.ts";

/** How much one sweep takes at most: what it locks, it locks until it has ended. */
const SWEPT = 1_000;

/**
 * The store in MySQL and MariaDB. `connect` begins an operation. What is in no transaction runs at the
 * server's own isolation level, under any of which one statement by itself is atomic.
 */
export function createMysqlStore(connect: () => MysqlConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  /**
   * Locks the partition until the transaction ends, and gives its stamp, which moves forward only. Of an
   * upsert LAST_INSERT_ID is the one thing that comes back with its answer; it is 0 for a new row, and
   * can hold nothing less.
   */
  async function lock(query: Query, partition: string, now: number, stamp: number) {
    const keptUntil = now + NOT_BEFORE_KEPT;
    const [row] = await query(sql`INSERT INTO ${partitions} (partition_key, not_before, kept_until)
      VALUES (${partition}, ${stamp}, ${keptUntil})
      ON DUPLICATE KEY UPDATE not_before = greatest(not_before, ${stamp}),
        kept_until = greatest(kept_until, ${keptUntil}) + 0 * LAST_INSERT_ID(not_before + 1)`);
    return integer(row?.last_insert_id) - 1;
  }

  return {
    async create(record, now, options = {}) {
      const { limit, replaces } = options;
      const { query, transaction } = connect();
      if (record.authenticatedAt === null && limit === undefined && replaces === undefined) {
        try {
          await query(sql`INSERT INTO ${sessions} (${COLUMNS}) VALUES (${valuesOf(record)})`);
          return { status: "created", evicted: [] };
        } catch (error) {
          if (!isDuplicate(error)) throw error;
        }
      }
      return transaction(async (query) => {
        const notBefore = await lock(query, record.partition, now, NEVER);
        return login(query, tables, notBefore, [record, now, options]);
      });
    },

    async read(ref: SessionRef, now: number) {
      const [row] = await connect().query(selectLive(tables, ref, now));
      return row === undefined ? null : recordOf(row);
    },

    update: createUpdate(connect, tables),

    async delete(ref, { ifVersion } = {}) {
      const { query } = connect();
      return settleDelete(
        async () => {
          const [row] = await query(deleteAt(tables, ref, ifVersion));
          return integer(row?.affected) > 0;
        },
        () => query(selectVersion(tables, ref)),
        ifVersion,
      );
    },

    async list(partition, now, options) {
      return (await connect().query(selectPage(tables, partition, now, options))).map(recordOf);
    },

    async deleteAll(partition, now, { except = "" } = {}) {
      const others = sql`partition_key = ${partition} AND handle <> ${except}`;
      const removed = await connect().transaction(async (query) => {
        await lock(query, partition, now, now);
        const rows = await query(
          sql`SELECT handle, deadline FROM ${sessions} WHERE ${others} FOR UPDATE`,
        );
        if (rows.length > 0) await query(sql`DELETE FROM ${sessions} WHERE ${others}`);
        return rows;
      });
      return liveHandles(removed, now);
    },

    async sweep(now, limit) {
      const connection = connect();
      const { transaction } = connection;
      const most = limited(Math.min(limit, SWEPT));
      // All else first: if that fails, no record has gone that nobody was given.
      await sweepPowers(connection, tables, now, Math.min(limit, SWEPT));
      await transaction(async (query) => {
        const rows = await query(sql`SELECT partition_key FROM ${partitions}
          WHERE kept_until <= ${now} ORDER BY kept_until ${most} FOR UPDATE SKIP LOCKED`);
        await removeKeys(query, partitions, ["partition_key"], rows);
      });
      const expired = await transaction(async (query) => {
        const rows = await query(sql`SELECT ${ENVELOPE} FROM ${sessions}
          WHERE deadline <= ${now} ORDER BY deadline ${most} FOR UPDATE SKIP LOCKED`);
        await removeKeys(query, sessions, ["partition_key", "handle"], rows);
        return rows;
      });
      return recordsOf(expired);
    },
  };
}
