import { PGlite } from "@electric-sql/pglite";
import type { SessionRef } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { pglite } from "@sojourn/sql/postgres";
import { testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";

let client: PGlite;

beforeAll(async () => {
  client = new PGlite();
  await migrate(pglite(client));
}, 60_000);
afterAll(() => client.close());

async function damage({ partition, handle }: SessionRef): Promise<void> {
  await client.query(
    "UPDATE sojourn_sessions SET data = 'no record' WHERE partition_key = $1 AND handle = $2",
    [partition, handle],
  );
}

// It is slow, and one process; what there is to explore is explored on the server.
const isFull = process.env.SOJOURN_FULL === "1";

testStore(
  "PGlite",
  async () => ({ store: sqlStore(pglite(client), { timeLimit: 20_000 }), damage }),
  isFull ? {} : { interleavings: 40 },
);
