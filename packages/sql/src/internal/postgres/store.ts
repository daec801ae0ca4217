import { NOT_BEFORE_KEPT, type SessionRef, type Store } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import { login } from "../login.ts";
import { COLUMNS, ENVELOPE, integer, recordOf, recordsOf, text, valuesOf } from "../record.ts";
import type { Query, ServerConnection } from "../server.ts";
import { settleDelete, settleUpdate } from "../settle.ts";
import { at, deleteAt, selectLive, selectPage, selectVersion } from "../statements.ts";
import type { Tables } from "../tables.ts";
import { packText } from "../text.ts";
import { updateBody } from "../update.ts";
import { deleteDue, sweepOthers } from "./sweep.ts";
import { words } from "./words.ts";

/** A stamp earlier than any: the row is there for its lock. */
const NEVER = -1;

/**
 * The store in PostgreSQL: one statement an operation, but for logins and `deleteAll`. `connect` begins
 * an operation. What is in no transaction runs at the database's own isolation level, under any of which
 * one statement by itself is atomic.
 */
export function createPostgresStore(connect: () => ServerConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  async function find(query: Query, ref: SessionRef, now: number) {
    const [row] = await query(selectLive(tables, ref, now));
    return row === undefined ? null : recordOf(row);
  }

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
      return find(connect().query, ref, now);
    },

    async update(ref, change, now, options = {}) {
      const { set, where } = updateBody(ref, change, now, options, words);
      const statement = updateStatement(tables, ref, change.credential?.from, set, where);
      const { query } = connect();
      const look = (ref: SessionRef, now: number) => find(query, ref, now);
      return settleUpdate(look, async () => {
        const [row] = await query(statement);
        return row && { version: row.version, renewed: row.held };
      }, [ref, change, now, options]);
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
      return removed.filter((row) => integer(row.deadline) > now).map((row) => text(row.handle));
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
 * `held`: whether the credential was `from`. It is looked at under the row's lock, since `RETURNING`
 * knows only what is there afterwards.
 */
function updateStatement(
  { sessions }: Tables,
  ref: SessionRef,
  from: string | undefined,
  set: Sql,
  where: Sql,
): Sql {
  if (from === undefined) {
    return sql`UPDATE ${sessions} SET ${set} WHERE ${where} RETURNING version, true AS held`;
  }
  return sql`WITH before AS MATERIALIZED (
      SELECT credential = ${packText(from)} AS held FROM ${sessions} WHERE ${at(ref)} FOR UPDATE
    )
    UPDATE ${sessions} SET ${set} FROM before WHERE ${where} RETURNING version, held`;
}
