import type { SessionChange, SessionRef, UpdateOptions } from "@sojourn/core";
import sql, { join, type Sql } from "sql-template-tag";
import { changesData, isCounted } from "./change.ts";
import { packExpected, packPatch } from "./data.ts";
import { optional } from "./record.ts";
import { liveAt } from "./statements.ts";
import { packText } from "./text.ts";

/** What a dialect says in its own words. Data is the text of a JSON object of strings. */
export interface Words {
  /** The larger of two numbers. */
  larger(a: Sql, b: Sql): Sql;
  /** `data` with a patch in it: a key with null goes. */
  patched(patch: string): Sql;
  /** Whether `data` has these texts, null for absent. */
  has(expected: string): Sql;
  /** Bytes of `data`, as the core counts them. */
  size(data: Sql): Sql;
}

/** What an update sets: `SET` in all dialects, data apart. */
export function assignments(change: SessionChange): Sql[] {
  const { envelope = {}, credential } = change;
  const set: Sql[] = [];
  if (envelope.authenticatedAt !== undefined) {
    set.push(sql`authenticated_at = ${envelope.authenticatedAt}`);
  }
  if (envelope.expiresAt !== undefined) set.push(sql`expires_at = ${envelope.expiresAt}`);
  if (envelope.facts !== undefined) set.push(sql`facts = ${optional(envelope.facts)}`);
  if (credential !== undefined) {
    const [from, to] = [packText(credential.from), packText(credential.to)];
    set.push(sql`credential = CASE WHEN credential = ${from} THEN ${to} ELSE credential END`);
  }
  return set;
}

/** The touch, after the envelope's own idle deadline. Each moves forward only. */
export function touchAssignments(
  { envelope = {}, touch }: SessionChange,
  words: Pick<Words, "larger">,
): Sql[] {
  const { idleExpiresAt } = envelope;
  if (touch === undefined) {
    return idleExpiresAt === undefined ? [] : [sql`idle_expires_at = ${idleExpiresAt}`];
  }
  const seen = sql`${touch.lastSeenAt}`;
  const idle = idleExpiresAt === undefined ? sql`idle_expires_at` : sql`${idleExpiresAt}`;
  return [
    sql`last_seen_at = ${words.larger(sql`coalesce(last_seen_at, ${seen})`, seen)}`,
    sql`idle_expires_at = ${words.larger(idle, sql`${touch.idleExpiresAt}`)}`,
  ];
}

/** All of an update that stands between `UPDATE table` and `RETURNING`: it does it all or nothing. */
export function updateBody(
  ref: SessionRef,
  change: SessionChange,
  now: number,
  { ifVersion, maxBytes }: UpdateOptions,
  words: Words,
): { readonly set: Sql; readonly where: Sql } {
  const { set = {}, unset = [], expect = {} } = change;
  const assigned = [...assignments(change), ...touchAssignments(change, words)];
  const guards = [liveAt(ref, now)];

  assigned.push(isCounted(change) ? sql`version = version + 1` : sql`version = version`);
  if (ifVersion !== undefined) guards.push(sql`version = ${ifVersion}`);
  if (Object.keys(expect).length > 0) guards.push(words.has(packExpected(expect)));
  const patch = changesData(change) ? words.patched(packPatch(set, unset)) : null;
  if (patch !== null) {
    assigned.push(sql`data = ${patch}`);
    // What is no object would become one, and a damaged record an empty one.
    guards.push(sql`substr(data, 1, 1) = '{'`);
  }
  if (maxBytes !== undefined) guards.push(sql`${words.size(patch ?? sql`data`)} <= ${maxBytes}`);
  return { set: join(assigned, ", "), where: join(guards, " AND ") };
}
