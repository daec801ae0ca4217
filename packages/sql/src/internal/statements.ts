import type { ListOptions, SessionRef } from "@sojourn/core";
import sql, { empty, raw, type Sql } from "sql-template-tag";
import { COLUMNS, ENVELOPE } from "./record.ts";
import type { Tables } from "./tables.ts";

/** How many records `list` gives unless asked otherwise. */
const LISTED = 1_000;

export function at({ partition, handle }: SessionRef): Sql {
  return sql`partition_key = ${partition} AND handle = ${handle}`;
}

/** Where a live record is. */
export function liveAt(ref: SessionRef, now: number): Sql {
  return sql`${at(ref)} AND deadline > ${now}`;
}

export function selectLive({ sessions }: Tables, ref: SessionRef, now: number): Sql {
  return sql`SELECT ${COLUMNS} FROM ${sessions} WHERE ${liveAt(ref, now)}`;
}

export function selectVersion({ sessions }: Tables, ref: SessionRef): Sql {
  return sql`SELECT version FROM ${sessions} WHERE ${at(ref)}`;
}

export function selectPage(
  { sessions }: Tables,
  partition: string,
  now: number,
  { limit = LISTED, after = "", withData = false }: ListOptions = {},
): Sql {
  return sql`SELECT ${withData ? COLUMNS : ENVELOPE} FROM ${sessions}
    WHERE partition_key = ${partition} AND handle > ${after} AND deadline > ${now}
    ORDER BY handle ${limited(limit)}`;
}

export function deleteAt(
  { sessions }: Tables,
  ref: SessionRef,
  ifVersion: number | undefined,
): Sql {
  const guard = ifVersion === undefined ? empty : sql` AND version = ${ifVersion}`;
  return sql`DELETE FROM ${sessions} WHERE ${at(ref)}${guard}`;
}

/** A number in the text: of a parameter that is a JavaScript number, MySQL says it is no integer. */
export function limited(limit: number): Sql {
  return raw(`LIMIT ${Math.min(Math.trunc(limit), Number.MAX_SAFE_INTEGER)}`);
}
