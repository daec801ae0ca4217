import type { ReplicaState, ReplicaTarget } from "@sojourn/core";
import sql, { type Sql } from "sql-template-tag";
import type { Row } from "../../../statement.ts";
import { COLUMNS, integer, recordOf, text } from "../../record.ts";
import { limited } from "../../statements.ts";
import type { Tables } from "../../tables.ts";
import type { SqliteConnection } from "../connection.ts";
import { mergeStatements } from "./merge.ts";

/** How many states are taken in one transaction, during which nobody else can write. */
const TAKEN = 50;

/** The handle under which a partition's stamp is told of. */
const STAMP = "";

export function createReplica(connection: SqliteConnection, tables: Tables): ReplicaTarget {
  const { sessions, partitions, changes, replica } = tables;

  async function one(statement: Sql): Promise<readonly Row[]> {
    const [rows = []] = await connection.batch([statement]);
    return rows;
  }

  /** What is at some places, as of one moment. `deadline`: null where there is no session. */
  function look(where: Sql): Promise<readonly Row[]> {
    return one(sql`SELECT ${COLUMNS}, deadline, seq, revision, buried_until,
        CASE WHEN handle = ${STAMP} THEN (
          SELECT not_before FROM ${partitions} AS stamped
          WHERE stamped.partition_key = ${changes}.partition_key
        ) END AS not_before
      FROM ${changes} LEFT JOIN ${sessions} USING (partition_key, handle) WHERE ${where}`);
  }

  return {
    async states(partition, handles, now) {
      const places = JSON.stringify([...handles, STAMP]);
      const rows = await look(sql`partition_key = ${partition}
        AND handle IN (SELECT value FROM json_each(${places}))`);
      return rows.map((row) => stateOf(row, now)).filter((state) => state !== null);
    },

    async apply(states, now) {
      let changed = 0;
      for (let start = 0; start < states.length; start += TAKEN) {
        const merges = states
          .slice(start, start + TAKEN)
          .map((state) => mergeStatements(tables, state, now));
        const results = await connection.batch(merges.flat());
        let next = 0;
        for (const { length } of merges) {
          if (results.slice(next, (next += length)).some((rows) => rows.length > 0)) changed += 1;
        }
      }
      return changed;
    },

    async changesSince(cursor, limit, now) {
      const [row] = await one(sql`SELECT id, seq FROM ${replica}`);
      const id = text(row?.id);
      const from = cursor === null ? 0 : seqOf(cursor, id);
      // Ahead of what has happened: this is a copy of the database from before.
      if (from === null || from > integer(row?.seq)) return { status: "too-old" };
      const rows = await look(sql`seq > ${from} ORDER BY seq ${limited(limit)}`);
      return {
        status: "changes",
        changes: rows.map((row) => readable(row, now)).filter((state) => state !== null),
        next: `${id}.${rows.length === 0 ? from : integer(rows.at(-1)?.seq)}`,
        more: rows.length === limit,
      };
    },
  };
}

/** Null: the cursor is not from this database. */
function seqOf(cursor: string, id: string): number | null {
  const seq = cursor.startsWith(`${id}.`) ? cursor.slice(id.length + 1) : "";
  return /^(?:0|[1-9]\d{0,14})$/.test(seq) ? Number(seq) : null;
}

/** What is there, and is no longer than `now`. It may also throw, for what is no record. */
function stateOf(row: Row, now: number): ReplicaState | null {
  const partition = text(row.partition_key);
  const handle = text(row.handle);
  if (handle === STAMP) {
    const notBefore = row.not_before;
    if (notBefore === null) return null;
    return { kind: "not-before", partition, notBefore: integer(notBefore) };
  }
  if (row.buried_until !== null) {
    const expiresAt = integer(row.buried_until);
    return expiresAt > now ? { kind: "tombstone", ref: { partition, handle }, expiresAt } : null;
  }
  if (row.deadline === null || integer(row.deadline) <= now) return null;
  return { kind: "record", record: recordOf(row), revision: integer(row.revision) };
}

/** What is no record cannot be copied, and must not keep all else from being copied. */
function readable(row: Row, now: number): ReplicaState | null {
  try {
    return stateOf(row, now);
  } catch {
    return null;
  }
}
