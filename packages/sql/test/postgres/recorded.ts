import type { PgPool } from "@sojourn/sql/postgres";
import type { Pool } from "pg";

export interface Ran {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The same pool, which notes what runs on it. */
export function recorded(pool: Pool): { readonly pool: PgPool; readonly ran: Ran[] } {
  const ran: Ran[] = [];
  return {
    ran,
    pool: {
      async connect() {
        const client = await pool.connect();
        return {
          query(text, values = []) {
            ran.push({ text, values });
            return client.query(text, values);
          },
          release: (destroy) => client.release(destroy),
          on: (event, listener) => client.on(event, listener),
          removeListener: (event, listener) => client.removeListener(event, listener),
        };
      },
    },
  };
}
