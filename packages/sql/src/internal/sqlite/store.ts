import {
  type CreateOutcome,
  NOT_BEFORE_KEPT,
  type NewSessionRecord,
  type SessionRef,
  type Store,
} from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import type { Row } from "../../database.ts";
import { ENVELOPE, integer, recordOf, recordsOf, text } from "../record.ts";
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
import { packText } from "../text.ts";
import { updateBody } from "../update.ts";
import type { SqliteConnection } from "./connection.ts";
import { createStatements, insertWhere } from "./create.ts";
import { words } from "./words.ts";

/** The store in SQLite: every operation is one batch, of one statement where that is enough. */
export function createSqliteStore(connection: SqliteConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  async function one(statement: Sql): Promise<readonly Row[]> {
    const [rows = []] = await connection.batch([statement]);
    return rows;
  }

  async function find(ref: SessionRef, now: number) {
    const [row] = await one(selectLive(tables, ref, now));
    return row === undefined ? null : recordOf(row);
  }

  /** Of a session that nothing limits and nobody logged in to. */
  async function insert(record: NewSessionRecord, now: number): Promise<CreateOutcome> {
    const free = sql`NOT EXISTS (SELECT 1 FROM ${sessions} WHERE ${liveAt(record, now)})`;
    const [row] = await one(insertWhere(tables, record, free));
    return row === undefined ? { status: "exists" } : { status: "created", evicted: [] };
  }

  return {
    async create(record, now, options = {}) {
      const { limit, replaces } = options;
      if (record.authenticatedAt === null && limit === undefined && replaces === undefined) {
        return insert(record, now);
      }
      const statements = createStatements(tables, record, now, options);
      const [[found] = [], removed = []] = await connection.batch(statements);
      const status = text(found?.status) as CreateOutcome["status"];
      if (status !== "created") return { status };
      const evicted = removed.map((row) => text(row.handle));
      return { status, evicted: evicted.filter((handle) => handle !== replaces) };
    },

    read: find,

    async update(ref, change, now, options = {}) {
      const { set, where } = updateBody(ref, change, now, options, words);
      const update = sql`UPDATE ${sessions} SET ${set} WHERE ${where} RETURNING version`;
      const { credential } = change;
      return settleUpdate(find, async () => {
        if (credential === undefined) {
          const [row] = await one(update);
          return row && { version: row.version, renewed: true };
        }
        const held = sql`SELECT credential = ${packText(credential.from)} AS held
            FROM ${sessions} WHERE ${at(ref)}`;
        const [[before] = [], [row] = []] = await connection.batch([held, update]);
        return row && { version: row.version, renewed: before?.held };
      }, [ref, change, now, options]);
    },

    async delete(ref, { ifVersion } = {}) {
      const remove = sql`${deleteAt(tables, ref, ifVersion)} RETURNING handle`;
      return settleDelete(
        async () => (await one(remove)).length > 0,
        () => one(selectVersion(tables, ref)),
        ifVersion,
      );
    },

    async list(partition, now, options) {
      return (await one(selectPage(tables, partition, now, options))).map(recordOf);
    },

    async deleteAll(partition, now, { except = "" } = {}) {
      const keptUntil = now + NOT_BEFORE_KEPT;
      const [, removed = []] = await connection.batch([
        sql`INSERT INTO ${partitions} (partition_key, not_before, kept_until)
          VALUES (${partition}, ${now}, ${keptUntil})
          ON CONFLICT (partition_key) DO UPDATE SET
            not_before = max(not_before, excluded.not_before),
            kept_until = max(kept_until, excluded.kept_until)`,
        sql`DELETE FROM ${sessions} WHERE partition_key = ${partition} AND handle <> ${except}
          RETURNING handle, deadline`,
      ]);
      return removed.filter((row) => integer(row.deadline) > now).map((row) => text(row.handle));
    },

    async sweep(now, limit) {
      const [expired = []] = await connection.batch([
        sql`DELETE FROM ${sessions} WHERE (partition_key, handle) IN (
            SELECT partition_key, handle FROM ${sessions} WHERE deadline <= ${now}
            ORDER BY deadline ${limited(limit)}
          ) RETURNING ${ENVELOPE}`,
        sql`DELETE FROM ${partitions} WHERE partition_key IN (
            SELECT partition_key FROM ${partitions} WHERE kept_until <= ${now}
            ORDER BY kept_until ${limited(limit)}
          )`,
      ]);
      return recordsOf(expired);
    },
  };
}
