/** What can be bound to a statement, whatever the client. */
export type SqlValue = string | number | null;

/** A statement with its parameters apart: `?` stands for them in `sql`, `$1` and so on in `text`. */
export interface Statement {
  readonly sql: string;
  readonly text: string;
  readonly values: readonly unknown[];
}

/** By column. */
export type Row = Readonly<Record<string, unknown>>;
