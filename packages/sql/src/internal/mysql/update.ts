import type { SessionChange, SessionRecord, SessionRef, Store, UpdateOutcome } from "@sojourn/core";
import sql, { empty, join, type Sql } from "sql-template-tag";
import { changesData, isCounted, merged, refusal } from "../change.ts";
import { packData } from "../data.ts";
import { integer, recordOf } from "../record.ts";
import type { Query } from "../server.ts";
import { settleUpdate } from "../settle.ts";
import { liveAt, selectLive } from "../statements.ts";
import type { Tables } from "../tables.ts";
import { packText } from "../text.ts";
import { assignments, touchAssignments } from "../update.ts";
import type { MysqlConnection } from "./connection.ts";

const words = { larger: (a: Sql, b: Sql) => sql`greatest(${a}, ${b})` };

/**
 * `update` in MySQL and MariaDB. Neither gives back what an UPDATE did, and their JSON functions do not
 * agree: so data is merged here. What depends on no data is one statement. Else it is read, and written
 * if nobody else was faster; and where somebody was, that session is in demand, and the second try holds
 * its row.
 */
export function createUpdate(connect: () => MysqlConnection, tables: Tables): Store["update"] {
  const { sessions } = tables;

  async function find(query: Query, ref: SessionRef, now: number, lock: Sql = empty) {
    const [row] = await query(sql`${selectLive(tables, ref, now)}${lock}`);
    return row === undefined ? null : recordOf(row);
  }

  /** A touch or a renewal, say. */
  async function updateBlindly(
    query: Query,
    ref: SessionRef,
    { credential, ...change }: SessionChange,
    now: number,
    ifVersion: number | undefined,
  ) {
    const held = credential === undefined ? sql`1` : isCredential(credential.from);
    const version = isCounted(change) ? sql`version + 1` : sql`version`;
    const set = [
      // The one thing of an UPDATE that comes back with its answer. Assignments are made in this order.
      sql`version = ${version} + 0 * LAST_INSERT_ID(2 * (${version}) + ${held})`,
      ...assignments(change),
      ...touchAssignments(change, words),
    ];
    if (credential !== undefined) {
      set.push(
        sql`credential = CASE WHEN ${held} THEN ${packText(credential.to)} ELSE credential END`,
      );
    }
    const guard = ifVersion === undefined ? empty : sql` AND version = ${ifVersion}`;
    const [row] = await query(
      sql`UPDATE ${sessions} SET ${join(set, ", ")} WHERE ${liveAt(ref, now)}${guard}`,
    );
    const made = integer(row?.last_insert_id);
    return made === 0 ? undefined : { version: Math.floor(made / 2), renewed: made % 2 === 1 };
  }

  /** Makes the change, if all that it depends on is as it was read. */
  async function write(
    query: Query,
    record: SessionRecord,
    { credential, ...change }: SessionChange,
    now: number,
  ) {
    const version = record.version + (isCounted(change) ? 1 : 0);
    const set = [
      sql`version = ${version}`,
      ...assignments(change),
      ...touchAssignments(change, words),
    ];
    const guards = [liveAt(record, now), sql`version = ${record.version}`];
    if (changesData(change)) set.push(sql`data = ${packData(merged(record, change))}`);
    const renewed = credential === undefined || record.credential === credential.from;
    if (credential !== undefined) {
      guards.push(isCredential(record.credential));
      if (renewed) set.push(sql`credential = ${packText(credential.to)}`);
    }
    const [row] = await query(
      sql`UPDATE ${sessions} SET ${join(set, ", ")} WHERE ${join(guards, " AND ")}`,
    );
    const outcome: UpdateOutcome = { status: "updated", version, renewed };
    return { isMade: integer(row?.affected) > 0, outcome };
  }

  return async (ref, change, now, options = {}) => {
    const { query, together, transaction } = connect();
    const { ifVersion, maxBytes } = options;
    if (!changesData(change) && change.expect === undefined && maxBytes === undefined) {
      return settleUpdate(
        (...where) => find(query, ...where),
        () => updateBlindly(query, ref, change, now, ifVersion),
        [ref, change, now, options],
      );
    }
    // What expects something is told at once that it was not so; it need not wait for a lock.
    const isGuarded = ifVersion !== undefined || change.expect !== undefined;
    const settled = await together(async (query): Promise<UpdateOutcome | null> => {
      for (let tries = isGuarded ? 2 : 1; tries > 0; tries--) {
        const record = await find(query, ref, now);
        const refused = refusal(record, change, options);
        if (record === null || refused !== null) return refused ?? { status: "gone" };
        const { isMade, outcome } = await write(query, record, change, now);
        if (isMade) return outcome;
      }
      return null;
    });
    if (settled !== null) return settled;
    return transaction(async (query) => {
      const record = await find(query, ref, now, sql` FOR UPDATE`);
      const refused = refusal(record, change, options);
      if (record === null || refused !== null) return refused ?? { status: "gone" };
      // Where nothing moves, MySQL may say that no row was affected.
      return (await write(query, record, change, now)).outcome;
    });
  };
}

/** Whether it is this text. The collation holds two for alike that differ in spaces at the end. */
function isCredential(credential: string): Sql {
  const packed = packText(credential);
  const length = [...packed].length;
  return sql`(credential = ${packed} AND char_length(credential) = ${length})`;
}
