import { NOT_BEFORE_KEPT, type SessionRef, type Store } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import type { Row } from "../../statement.ts";
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
import type { Query, ServerConnection } from "../server.ts";
import { settleDelete, settleUpdate } from "../settle.ts";
import { at, deleteAt, liveAt, selectLive, selectPage, selectVersion } from "../statements.ts";
import type { Tables } from "../tables.ts";
import { packText } from "../text.ts";
import { updateBody } from "../update.ts";
import { deleteDue, sweepOthers } from "./sweep.ts";
import { words } from "./words.ts";

/**
 * The store in PostgreSQL: one statement an operation, but for logins and `deleteAll`. `connect` begins
 * an operation. What is in no transaction runs at the database's own isolation level, under any of which
 * one statement by itself is atomic.
 */
export function createPostgresStore(connect: () => ServerConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  /** Locks the partition until the transaction ends, and gives its stamp, which moves forward only. */
  async function lock(query: Query, partition: string, now: number, stamp: number) {
    const [row] =
      await query(sql`INSERT INTO ${partitions} AS held (partition_key, not_before, kept_until)
      VALUES (${partition}, ${stamp}, ${now + NOT_BEFORE_KEPT})
      ON CONFLICT (partition_key) DO UPDATE SET
        not_before = greatest(held.not_before, excluded.not_before),
        kept_until = greatest(held.kept_until, excluded.kept_until)
      RETURNING not_before`);
    return integer(row?.not_before);
  }

  return {
    async create(record, now, options = {}) {
      const { limit, replaces } = options;
      const { query, transaction } = connect();
      if (record.authenticatedAt === null && limit === undefined && replaces === undefined) {
        const [row] = await query(sql`INSERT INTO ${sessions} (${COLUMNS})
          VALUES (${valuesOf(record)}) ON CONFLICT DO NOTHING RETURNING handle`);
        if (row !== undefined) return { status: "created", evicted: [] };
      }
      return transaction(async (query) => {
        const notBefore = await lock(query, record.partition, now, NEVER);
        return login(query, tables, notBefore, [record, now, options]);
      });
    },

    async read(ref, now) {
      const [row] = await connect().query(selectLive(tables, ref, now));
      return row === undefined ? null : recordOf(row);
    },

    async update(ref, change, now, options = {}) {
      const { query } = connect();
      const { set, where } = updateBody(ref, change, now, options, words);
      const made = updating(tables, ref, change.credential?.from, set, where);
      const statement = sql`${made}
        SELECT made_version, held, ${COLUMNS} FROM (SELECT 1) AS one LEFT JOIN made ON true
        LEFT JOIN ${sessions} ON made_version IS NULL AND ${liveAt(ref, now)}`;
      let row: Row | undefined;
      // Where it was not made, what is there came with the same answer: as it was when the statement
      // began. If that would take the change, it has waited for somebody, and looks again.
      return settleUpdate(
        async () => (row === undefined || row.handle === null ? null : recordOf(row)),
        async () => {
          [row] = await query(statement);
          if (row === undefined || row.made_version === null) return undefined;
          return { version: row.made_version, renewed: row.held };
        },
        [ref, change, now, options],
      );
    },

    async delete(ref, { ifVersion } = {}) {
      const { query } = connect();
      const remove = sql`${deleteAt(tables, ref, ifVersion)} RETURNING handle`;
      return settleDelete(
        async () => (await query(remove)).length > 0,
        () => query(selectVersion(tables, ref)),
        ifVersion,
      );
    },

    async list(partition, now, options) {
      return (await connect().query(selectPage(tables, partition, now, options))).map(recordOf);
    },

    async deleteAll(partition, now, { except = "" } = {}) {
      const removed = await connect().transaction(async (query) => {
        await lock(query, partition, now, now);
        return query(sql`DELETE FROM ${sessions}
          WHERE partition_key = ${partition} AND handle <> ${except} RETURNING handle, deadline`);
      });
      return liveHandles(removed, now);
    },

    async sweep(now, limit) {
      const { query } = connect();
      // The others first: if that fails, no record has gone that nobody was given.
      await sweepOthers(query, tables, now, limit);
      const expired = deleteDue(sessions, "deadline", now, limit);
      return recordsOf(await query(sql`${expired} RETURNING ${ENVELOPE}`));
    },
  };
}

/**
 * The update, as `made`. `held`: whether the credential was `from`. It is looked at under the row's lock,
 * since `RETURNING` knows only what is there afterwards.
 */
function updating(
  { sessions }: Tables,
  ref: SessionRef,
  from: string | undefined,
  set: Sql,
  where: Sql,
): Sql {
  if (from === undefined) {
    return sql`WITH made AS (
      UPDATE ${sessions} SET ${set} WHERE ${where} RETURNING version AS made_version, true AS held
    )`;
  }
  return sql`WITH before AS MATERIALIZED (
      SELECT credential = ${packText(from)} AS held FROM ${sessions} WHERE ${at(ref)} FOR UPDATE
    ), made AS (
      UPDATE ${sessions} SET ${set} FROM before WHERE ${where}
      RETURNING version AS made_version, held
    )`;
}
