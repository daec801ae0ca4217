import { type MariadbServer, startMariadb } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { testStore } from "@sojourn/testing/suites";
import { createPool, type Pool } from "mysql2/promise";
import { afterAll, beforeAll } from "vitest";

let server: MariadbServer;
let pool: Pool;

beforeAll(async () => {
  server = await startMariadb();
  pool = createPool({ uri: server.url });
  await migrate(mysql2(pool));
}, 60_000);
afterAll(async () => {
  await pool.end();
  await server.stop();
});

testStore("MariaDB through mysql2", async () => ({
  store: sqlStore(mysql2(pool), { timeLimit: 20_000 }),
}));
