import { plainKey, plainSession, session } from "../sessions.ts";
import type { Dialect, TableRow } from "./connected.ts";

export const TABLE = "sessions_by_hand";

const TYPES: Readonly<Record<Dialect, { id: string; text: string; time: string }>> = {
  sqlite: { id: "TEXT", text: "TEXT", time: "INTEGER" },
  postgres: { id: "text", text: "text", time: "bigint" },
  mysql: { id: "varchar(64)", text: "text", time: "bigint" },
};

/** The table, with what it takes to find the expired ones. */
export function tableStatements(dialect: Dialect): readonly string[] {
  const { id, text, time } = TYPES[dialect];
  return [
    `CREATE TABLE ${TABLE} (
      id ${id} NOT NULL PRIMARY KEY, user_id ${id}, data ${text} NOT NULL, expires_at ${time} NOT NULL
    )`,
    `CREATE INDEX ${TABLE}_expires_at ON ${TABLE} (expires_at)`,
  ];
}

/** And what it takes to list a user's sessions, and to end them. */
export const USER_INDEX: string = `CREATE INDEX ${TABLE}_user_id ON ${TABLE} (user_id)`;

export const SELECT: string = `SELECT id, user_id, data, expires_at FROM ${TABLE} WHERE id = ? AND expires_at > ?`;
export const UPDATE: string = `UPDATE ${TABLE} SET data = ? WHERE id = ?`;
export const INSERT: string = `INSERT INTO ${TABLE} (id, user_id, data, expires_at) VALUES (?, ?, ?, ?)`;
export const DELETE: string = `DELETE FROM ${TABLE} WHERE id = ?`;

/** The same statement for PostgreSQL. */
export function numbered(statement: string): string {
  let number = 0;
  return statement.replaceAll("?", () => `$${++number}`);
}

/** The i-th session as it would lie there. */
export function rowOf(i: number, now: number): TableRow {
  const record = session(i, now);
  return {
    id: plainKey(i),
    user_id: record.userId as string,
    data: JSON.stringify(plainSession(record).data),
    expires_at: record.expiresAt,
  };
}
