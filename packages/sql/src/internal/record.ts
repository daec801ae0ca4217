import { CorruptRecordError, type NewSessionRecord, type SessionRecord } from "@sojourn/core";
import { join, raw, type Sql } from "sql-template-tag";
import type { Row, SqlValue } from "../statement.ts";
import { packData, unpackData } from "./data.ts";
import { packText, unpackText } from "./text.ts";

/** Columns of a session without its data. `deadline`, which the database computes, is not among them. */
export const ENVELOPE: Sql = raw(
  "partition_key, handle, user_id, credential, created_at, authenticated_at, last_seen_at, " +
    "idle_expires_at, expires_at, policy, persistent, facts, version",
);

/** All columns, in the order of `valuesOf`. */
export const COLUMNS: Sql = raw(`${ENVELOPE.sql}, data`);

/** The row of a new record, to stand in a statement. */
export function valuesOf(record: NewSessionRecord, version: number = 1): Sql {
  const values: SqlValue[] = [
    record.partition,
    record.handle,
    optional(record.userId),
    packText(record.credential),
    record.createdAt,
    record.authenticatedAt,
    record.lastSeenAt,
    record.idleExpiresAt,
    record.expiresAt,
    packText(record.policy),
    record.persistent ? 1 : 0,
    optional(record.facts),
    version,
    packData(record.data),
  ];
  return join(values);
}

/** The record of a row; of one without `data`, with empty data. Throws `CorruptRecordError`. */
export function recordOf(row: Row): SessionRecord {
  const data = "data" in row ? unpackData(row.data) : {};
  if (data === undefined) throw corrupt();
  return {
    partition: text(row.partition_key),
    handle: text(row.handle),
    userId: row.user_id === null ? null : unpackText(text(row.user_id)),
    credential: unpackText(text(row.credential)),
    createdAt: integer(row.created_at),
    authenticatedAt: row.authenticated_at === null ? null : integer(row.authenticated_at),
    lastSeenAt: row.last_seen_at === null ? null : integer(row.last_seen_at),
    idleExpiresAt: integer(row.idle_expires_at),
    expiresAt: integer(row.expires_at),
    policy: unpackText(text(row.policy)),
    persistent: integer(row.persistent) === 1,
    facts: row.facts === null ? null : unpackText(text(row.facts)),
    data,
    version: integer(row.version),
  };
}

/** Those of the rows, each with its `deadline`, that are of live records. */
export function liveRows(rows: readonly Row[], now: number): readonly Row[] {
  return rows.filter((row) => integer(row.deadline) > now);
}

/** Handles of the live ones among the rows that `deleteAll` removed. */
export function liveHandles(rows: readonly Row[], now: number): string[] {
  return liveRows(rows, now).map((row) => text(row.handle));
}

export function optional(value: string | null): string | null {
  return value === null ? null : packText(value);
}

/** A whole number, as any client gives it: pg and postgres.js give text, some clients a bigint. */
export function integer(value: unknown): number {
  const number = typeof value === "string" && value !== "" ? Number(value) : value;
  const safe = typeof number === "bigint" ? Number(number) : number;
  if (!Number.isSafeInteger(safe)) throw corrupt();
  return safe as number;
}

export function text(value: unknown): string {
  if (typeof value !== "string") throw corrupt();
  return value;
}

export function corrupt(): CorruptRecordError {
  return new CorruptRecordError("A session's row is not as this store writes one.");
}

/** Those of the rows that are records: of what a sweep has removed, the rest can only be passed over. */
export function recordsOf(rows: readonly Row[]): SessionRecord[] {
  return rows.flatMap((row) => {
    try {
      return [recordOf(row)];
    } catch {
      return [];
    }
  });
}
