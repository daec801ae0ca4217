import { PGlite } from "@electric-sql/pglite";
import { migrate, sqlStore } from "@sojourn/sql";
import { pglite } from "@sojourn/sql/postgres";
import { testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";

let client: PGlite;

beforeAll(async () => {
  client = new PGlite();
  await migrate(pglite(client));
});
afterAll(() => client.close());

testStore("PGlite", async () => ({
  store: sqlStore(pglite(client), { timeLimit: 20_000 }),
}));
