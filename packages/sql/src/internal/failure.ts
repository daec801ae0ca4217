import { type CorruptRecordError, StoreUnavailableError } from "@sojourn/core";
import { corrupt } from "./record.ts";

/**
 * Rolled back, and worth another try. PostgreSQL: serialization_failure, deadlock_detected. MySQL:
 * ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK. SQLite: SQLITE_BUSY, SQLITE_LOCKED and what extends them.
 */
const TRANSIENT = /^(40001|40P01|1205|1213|SQLITE_(BUSY|LOCKED)(_[A-Z]+)?)$/;

/** invalid_text_representation, of `data::jsonb`. */
const NO_JSON = "22P02";

export function isTransient(error: unknown): boolean {
  return TRANSIENT.test(codeOf(error) ?? "");
}

/**
 * A fresh error, which holds nothing of the client's but its code: clients put parameters and rows into
 * their messages and details.
 */
export function failure(error: unknown): StoreUnavailableError | CorruptRecordError {
  const code = codeOf(error);
  if (code === NO_JSON || /malformed JSON/.test(messageOf(error))) return corrupt();
  const remedy = isMissingTable(error, code) ? " Run migrate() first." : "";
  return new StoreUnavailableError(
    `The database failed${code === null ? "" : ` (${code})`}.${remedy}`,
  );
}

function isMissingTable(error: unknown, code: string | null): boolean {
  return code === "42P01" || code === "1146" || /no such table/.test(messageOf(error));
}

/** SQLite's result codes, of which an extended one keeps the primary one in its last byte. */
const SQLITE_CODES: Readonly<Record<number, string>> = { 5: "SQLITE_BUSY", 6: "SQLITE_LOCKED" };

function codeOf(error: unknown): string | null {
  const { code, errcode, errno } = (error ?? {}) as Record<string, unknown>;
  if (typeof errcode === "number") return SQLITE_CODES[errcode & 0xff] ?? `SQLite ${errcode}`;
  if (code === undefined || (typeof code === "string" && code.startsWith("ER_"))) {
    return errno === undefined ? null : String(errno);
  }
  return typeof code === "string" && /^[A-Z0-9_]{2,40}$/.test(code) ? code : null;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "";
}
