/** The little of it that these tests use; Bun's own types would change those of Node and of the Web. */
declare module "bun:sqlite" {
  interface Statement {
    all(...values: unknown[]): unknown[];
    run(...values: unknown[]): unknown;
  }

  export class Database {
    constructor(path: string);
    readonly inTransaction: boolean;
    prepare(sql: string): Statement;
    close(): void;
  }
}

declare module "cloudflare:workers" {
  import type { D1Binding } from "@sojourn/sql/sqlite";

  export const env: { readonly DB: D1Binding };
}
