import {
  NOT_BEFORE_KEPT,
  type SessionChange,
  type SessionRef,
  type Store,
  type UpdateOptions,
  type UpdateOutcome,
} from "@sojourn/core";
import sql, { join, type Sql } from "sql-template-tag";
import { changesData, isCounted, merged, refusal } from "../change.ts";
import { packData } from "../data.ts";
import { login } from "../login.ts";
import { COLUMNS, ENVELOPE, integer, recordOf, recordsOf, text, valuesOf } from "../record.ts";
import type { Query, ServerConnection } from "../server.ts";
import { settleDelete, settleUpdate } from "../settle.ts";
import {
  at,
  deleteAt,
  limited,
  liveAt,
  selectLive,
  selectPage,
  selectVersion,
} from "../statements.ts";
import type { Tables } from "../tables.ts";
import { assignments, touchAssignments } from "../update.ts";
import { isDuplicate } from "./errors.ts";

/** A stamp earlier than any: the row is there for its lock. */
const NEVER = -1;

const words = { larger: (a: Sql, b: Sql) => sql`greatest(${a}, ${b})` };

/**
 * The store in MySQL and MariaDB. Neither gives back what an UPDATE did, and their JSON functions do
 * not agree: so a change of data is made here, in a transaction that holds the row.
 */
export function createMysqlStore({ query, transaction }: ServerConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  async function find(ref: SessionRef, now: number) {
    const [row] = await query(selectLive(tables, ref, now));
    return row === undefined ? null : recordOf(row);
  }

  /** Locks the partition until the transaction ends, and gives its stamp, which moves forward only. */
  async function lock(query: Query, partition: string, now: number, stamp: number) {
    const keptUntil = now + NOT_BEFORE_KEPT;
    await query(sql`INSERT INTO ${partitions} (partition_key, not_before, kept_until)
      VALUES (${partition}, ${stamp}, ${keptUntil})
      ON DUPLICATE KEY UPDATE not_before = greatest(not_before, ${stamp}),
        kept_until = greatest(kept_until, ${keptUntil})`);
    const [row] = await query(
      sql`SELECT not_before FROM ${partitions} WHERE partition_key = ${partition} FOR UPDATE`,
    );
    return integer(row?.not_before);
  }

  /** A touch, say: what it does depends on nothing that only the row knows. */
  async function updateBlindly(ref: SessionRef, change: SessionChange, now: number) {
    const version = isCounted(change) ? sql`version + 1` : sql`version`;
    // The one thing of an UPDATE that comes back with its answer.
    const counted = sql`version = LAST_INSERT_ID(${version})`;
    const set = [...assignments(change), ...touchAssignments(change, words), counted];
    const [row] = await query(
      sql`UPDATE ${sessions} SET ${join(set, ", ")} WHERE ${liveAt(ref, now)}`,
    );
    const made = integer(row?.last_insert_id);
    return made === 0 ? undefined : { version: made, renewed: true };
  }

  function updateLocked(
    ref: SessionRef,
    change: SessionChange,
    now: number,
    options: UpdateOptions,
  ): Promise<UpdateOutcome> {
    return transaction(async (query) => {
      const [row] = await query(sql`${selectLive(tables, ref, now)} FOR UPDATE`);
      const record = row === undefined ? null : recordOf(row);
      const refused = refusal(record, change, options);
      if (record === null || refused !== null) return refused ?? { status: "gone" };
      const version = record.version + (isCounted(change) ? 1 : 0);
      const set = [
        ...assignments(change),
        ...touchAssignments(change, words),
        sql`version = ${version}`,
        ...(changesData(change) ? [sql`data = ${packData(merged(record, change))}`] : []),
      ];
      await query(sql`UPDATE ${sessions} SET ${join(set, ", ")} WHERE ${at(ref)}`);
      const { credential } = change;
      const renewed = credential === undefined || record.credential === credential.from;
      return { status: "updated", version, renewed };
    });
  }

  return {
    async create(record, now, options = {}) {
      const { limit, replaces } = options;
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

    read: find,

    async update(ref, change, now, options = {}) {
      const { ifVersion, maxBytes } = options;
      const isBlind =
        !changesData(change) &&
        change.credential === undefined &&
        change.expect === undefined &&
        ifVersion === undefined &&
        maxBytes === undefined;
      if (!isBlind) return updateLocked(ref, change, now, options);
      return settleUpdate(find, () => updateBlindly(ref, change, now), [ref, change, now, options]);
    },

    async delete(ref, { ifVersion } = {}) {
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
      return (await query(selectPage(tables, partition, now, options))).map(recordOf);
    },

    async deleteAll(partition, now, { except = "" } = {}) {
      const others = sql`partition_key = ${partition} AND handle <> ${except}`;
      const removed = await transaction(async (query) => {
        await lock(query, partition, now, now);
        const rows = await query(
          sql`SELECT handle, deadline FROM ${sessions} WHERE ${others} FOR UPDATE`,
        );
        if (rows.length > 0) await query(sql`DELETE FROM ${sessions} WHERE ${others}`);
        return rows;
      });
      return removed.filter((row) => integer(row.deadline) > now).map((row) => text(row.handle));
    },

    async sweep(now, limit) {
      const expired = await transaction(async (query) => {
        const rows = await query(sql`SELECT ${ENVELOPE} FROM ${sessions} WHERE deadline <= ${now}
          ORDER BY deadline ${limited(limit)} FOR UPDATE SKIP LOCKED`);
        if (rows.length === 0) return rows;
        const keys = rows.map((row) => sql`(${row.partition_key}, ${row.handle})`);
        await query(sql`DELETE FROM ${sessions} WHERE (partition_key, handle) IN (${join(keys)})`);
        return rows;
      });
      await query(
        sql`DELETE FROM ${partitions} WHERE kept_until <= ${now} ORDER BY kept_until ${limited(limit)}`,
      );
      return recordsOf(expired);
    },
  };
}
