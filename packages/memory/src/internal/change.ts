import { type SessionChange, type UpdateOptions } from "@sojourn/core";
import { AUTHENTICATED_AT, EXPIRES_AT, IDLE_EXPIRES_AT, LAST_SEEN_AT } from "./rows.ts";
import type { Rows, Texts } from "./rows.ts";

/** Whether the record is no longer what the caller took it for. */
export function conflicts(
  rows: Rows,
  row: number,
  { expect = {} }: SessionChange,
  { ifVersion }: UpdateOptions,
): boolean {
  if (ifVersion !== undefined && ifVersion !== rows.version(row)) return true;
  const data = rows.data(row);
  return Object.entries(expect).some(([key, text]) => text !== textOf(data, key));
}

/** The data with the change in it, as a new object; the same one where there is no change of data. */
export function merged(data: Texts, { set = {}, unset = [] }: SessionChange): Texts {
  if (Object.keys(set).length === 0 && unset.length === 0) return data;
  const gone = new Set(unset);
  // Spread and fromEntries define keys where an assignment to "__proto__" would not.
  return { ...Object.fromEntries(Object.entries(data).filter(([key]) => !gone.has(key))), ...set };
}

/** Applies all that is not data. Says whether the credential was renewed, if it was to be. */
export function apply(rows: Rows, row: number, change: SessionChange): boolean {
  const { set = {}, unset = [], envelope = {}, touch, credential } = change;
  const changes = Object.keys(set).length + unset.length + Object.keys(envelope).length;
  if (changes > 0) rows.nextVersion(row);

  const { authenticatedAt, expiresAt, idleExpiresAt, facts } = envelope;
  if (authenticatedAt !== undefined) rows.setTime(row, AUTHENTICATED_AT, authenticatedAt);
  if (expiresAt !== undefined) rows.setTime(row, EXPIRES_AT, expiresAt);
  if (idleExpiresAt !== undefined) rows.setTime(row, IDLE_EXPIRES_AT, idleExpiresAt);
  if (facts !== undefined) rows.setFacts(row, facts);

  if (touch !== undefined) {
    forward(rows, row, LAST_SEEN_AT, touch.lastSeenAt);
    forward(rows, row, IDLE_EXPIRES_AT, touch.idleExpiresAt);
  }
  if (credential === undefined) return true;
  const renewed = rows.credential(row) === credential.from;
  if (renewed) rows.setCredential(row, credential.to);
  return renewed;
}

function forward(rows: Rows, row: number, field: number, value: number): void {
  rows.setTime(row, field, Math.max(value, rows.time(row, field) ?? value));
}

function textOf(data: Texts, key: string): string | null {
  return Object.hasOwn(data, key) ? (data[key] as string) : null;
}
