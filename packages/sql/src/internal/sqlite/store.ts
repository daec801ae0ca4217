import {
  type CreateOutcome,
  NOT_BEFORE_KEPT,
  type NewSessionRecord,
  type SessionRecord,
  type Store,
} from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import type { Row } from "../../statement.ts";
import { ENVELOPE, liveHandles, recordOf, recordsOf, text } from "../record.ts";
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
import { sweepPowers } from "./sweep-powers.ts";
import { words } from "./words.ts";

/** The store in SQLite: every operation is one batch, of one statement where that is enough. */
export function createSqliteStore(connection: SqliteConnection, tables: Tables): Store {
  const { sessions, partitions } = tables;

  async function one(statement: Sql): Promise<readonly Row[]> {
    const [rows = []] = await connection.batch([statement]);
    return rows;
  }

  /**
   * Statements of which the last may find nothing to change, and a look at why. Of a database that is far
   * away the look is in the same batch, and gives nothing where something was changed.
   */
  function tries(statements: readonly Sql[], look: Sql) {
    if (!connection.far) return { run: () => connection.batch(statements), look: () => one(look) };
    let seen: readonly Row[] = [];
    return {
      async run() {
        const results = await connection.batch([...statements, sql`${look} AND changes() = 0`]);
        seen = results[statements.length] ?? [];
        return results.slice(0, statements.length);
      },
      look: async () => seen,
    };
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

    async read(ref, now) {
      return recordIn(await one(selectLive(tables, ref, now)));
    },

    async update(ref, change, now, options = {}) {
      const { credential } = change;
      const { set, where } = updateBody(ref, change, now, options, words);
      const update = sql`UPDATE ${sessions} SET ${set} WHERE ${where} RETURNING version`;
      const from = credential && packText(credential.from);
      const held = sql`SELECT credential = ${from} AS held FROM ${sessions} WHERE ${at(ref)}`;
      const call = tries(credential ? [held, update] : [update], selectLive(tables, ref, now));
      return settleUpdate(
        async () => recordIn(await call.look()),
        async () => {
          const results = await call.run();
          const [row] = results.at(-1) ?? [];
          return row && { version: row.version, renewed: !credential || results[0]?.[0]?.held };
        },
        [ref, change, now, options],
      );
    },

    async delete(ref, { ifVersion } = {}) {
      const remove = sql`${deleteAt(tables, ref, ifVersion)} RETURNING handle`;
      const call = tries([remove], selectVersion(tables, ref));
      return settleDelete(async () => (await call.run())[0]?.length === 1, call.look, ifVersion);
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
      return liveHandles(removed, now);
    },

    async sweep(now, limit) {
      const [expired = []] = await connection.batch([
        sql`DELETE FROM ${sessions} WHERE rowid IN (
            SELECT rowid FROM ${sessions} WHERE deadline <= ${now}
            ORDER BY deadline ${limited(limit)}
          ) RETURNING ${ENVELOPE}`,
        sql`DELETE FROM ${partitions} WHERE partition_key IN (
            SELECT partition_key FROM ${partitions} WHERE kept_until <= ${now}
            ORDER BY kept_until ${limited(limit)}
          )`,
        ...sweepPowers(tables, now, limit),
      ]);
      return recordsOf(expired);
    },
  };
}

function recordIn([row]: readonly Row[]): SessionRecord | null {
  return row === undefined ? null : recordOf(row);
}
