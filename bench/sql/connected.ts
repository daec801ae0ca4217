import type { Store } from "@sojourn/core";
import type { SqlStoreOptions } from "@sojourn/sql";

export type Dialect = "sqlite" | "postgres" | "mysql";

/** A client, as its user makes one, with the store over it and the table that one would make by hand. */
export interface Connected {
  readonly store: Store;
  readonly table: Table;
  /** Whatever else: a statement with `?`, or `$1` and so on, for its values. */
  run(statement: string, values?: readonly unknown[]): Awaitable<Rows>;
  close(): Awaitable<void>;
}

/** A call shall wait for as long as it takes, and be measured, and not give up. */
export const PATIENT: SqlStoreOptions = { timeLimit: 60_000 };

export interface Connecting {
  /** How many connections a pool may have; the client's default, which is 10 in all, unless said. */
  readonly connections?: number;
}

/** One row, found by its primary key. Those that write give how many rows they wrote. */
export interface Table {
  select(id: string, now: number): Awaitable<TableRow | undefined>;
  update(id: string, data: string): Awaitable<number>;
  insert(row: TableRow): Awaitable<number>;
  delete(id: string): Awaitable<number>;
}

export interface TableRow {
  readonly id: string;
  readonly user_id: string;
  /** JSON. */
  readonly data: string;
  /** ms. */
  readonly expires_at: number;
}

export type Rows = readonly Readonly<Record<string, unknown>>[];

/** What is in this process answers at once. */
type Awaitable<T> = T | Promise<T>;
