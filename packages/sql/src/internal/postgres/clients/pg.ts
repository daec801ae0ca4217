import type { Statement, Row } from "../../../statement.ts";
import { type Lender, lending } from "../../lend.ts";
import type { Connect, Query } from "../../server.ts";
import { bounds, READ_COMMITTED } from "../settings.ts";

/** What is used of a `Pool` of pg. */
export interface PgPool {
  connect(): Promise<PgPoolClient>;
}

export interface PgPoolClient {
  // oxlint-disable-next-line typescript/no-explicit-any -- pg's own parameter type
  query(text: string, values?: any[]): Promise<{ rows: unknown[] }>;
  /** With true the connection is closed, and not used again. */
  release(destroy?: boolean): void;
  on(event: "error", listener: () => void): unknown;
  removeListener(event: "error", listener: () => void): unknown;
}

interface Loan {
  readonly client: PgPoolClient;
  isReturned: boolean;
}

export function pgConnect(pool: PgPool): Connect {
  const lender: Lender<Loan> = {
    async acquire() {
      const client = await pool.connect();
      // The pool listens to those that are idle only, and what nobody listens to ends the process. Of a
      // connection that breaks, the statement under way hears, or the next one.
      client.on("error", ignore);
      return { client, isReturned: false };
    },
    release: (loan) => giveBack(loan, false),
    destroy: (loan) => giveBack(loan, true),
  };
  return (timeLimit) => {
    const lend = lending(lender, timeLimit);
    return {
      query: (statement) => lend(({ client }) => querying(client)(statement)),
      transaction: (run) =>
        lend(async (loan) => {
          const { client } = loan;
          try {
            // Without parameters several statements are one round trip.
            await client.query(`BEGIN ${READ_COMMITTED}; ${bounds(timeLimit)}`);
            const result = await run(querying(client));
            await client.query("COMMIT");
            return result;
          } catch (error) {
            // Of a connection on which nothing can be rolled back nobody knows the state.
            await client.query("ROLLBACK").catch(() => giveBack(loan, true));
            throw error;
          }
        }),
    };
  };
}

function giveBack(loan: Loan, destroy: boolean): void {
  if (loan.isReturned) return;
  loan.isReturned = true;
  loan.client.release(destroy);
  loan.client.removeListener("error", ignore);
}

function ignore(): void {}

function querying(client: PgPoolClient): Query {
  return async ({ text, values }: Statement) => {
    const { rows } = await client.query(text, [...values]);
    return rows as Row[];
  };
}
