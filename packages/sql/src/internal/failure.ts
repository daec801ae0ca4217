import { type CorruptRecordError, StoreUnavailableError } from "@sojourn/core";
import { corrupt } from "./record.ts";

/**
 * Rolled back, and worth another try. PostgreSQL: serialization_failure, deadlock_detected. MySQL:
 * ER_LOCK_WAIT_TIMEOUT, ER_LOCK_DEADLOCK. SQLite: SQLITE_BUSY, SQLITE_LOCKED and what extends them.
 */
const TRANSIENT = /^(40001|40P01|1205|1213|SQLITE_(BUSY|LOCKED)(_[A-Z]+)?)$/;

/** invalid_text_representation, of `data::jsonb`; invalid_parameter_value, of one that is no object. */
const NO_OBJECT = /^(22P02|22023)$/;

export function isTransient(error: unknown): boolean {
  return TRANSIENT.test(codeOf(error) ?? "");
}

/**
 * A fresh error, which holds nothing of the client's but its code: clients put parameters and rows into
 * their messages and details.
 */
export function failure(error: unknown): StoreUnavailableError | CorruptRecordError {
  const code = codeOf(error);
  if (NO_OBJECT.test(code ?? "") || /malformed JSON/.test(messageOf(error))) return corrupt();
  const [, remedy] =
    REMEDIES.find(([signs]) => signs.test(code ?? "") || signs.test(messageOf(error))) ?? [];
  return new StoreUnavailableError(
    `The database failed${code === null ? "" : ` (${code})`}.${remedy === undefined ? "" : ` ${remedy}`}`,
  );
}

/** By code, or by words where a client has no code for it. */
const REMEDIES: readonly (readonly [signs: RegExp, remedy: string])[] = [
  [/^(42P01|1146)$|no such table/, "Run migrate() first."],
  [
    /^(42501|1044|1142|1143)$/,
    "Its user may not do that: the README lists what it must be allowed.",
  ],
  [/^(28P01|28000|1045)$/, "It refuses the user or the password."],
  [/^(3D000|1049)$/, "There is no database of that name."],
  [/^(25006|1290|1792|1836)$/, "It is read-only, as a replica is: connect to the primary."],
  [/^(53300|1040)$/, "It has no connection left: give the pool a lower maximum."],
  [/^(ECONNREFUSED|ENOTFOUND|CONNECT_TIMEOUT)$/, "Does it run, and is that its address?"],
  // pg has no codes for these.
  [/^timeout exceeded when trying to connect$/, "The pool had no connection free in time."],
  [
    /^(Connection terminated|Client has encountered)|^(PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE)$/,
    "The connection was lost.",
  ],
];

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
