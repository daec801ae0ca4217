import type { PoweredStore } from "@sojourn/core";
import { type PostgresServer, startPostgres, startProxy } from "@sojourn/servers";
import { migrate, type SqlPowers, sqlStore } from "@sojourn/sql";
import { testMarks, testOnce, testReferences } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";
import { type Opened, openPg, openPostgresJs } from "./clients.ts";

const LONG = { timeLimit: 20_000 };
const SHORT = { timeLimit: 300 };

let server: PostgresServer;
let own: Opened;
let other: Opened;

beforeAll(async () => {
  server = await startPostgres();
  own = openPg(server.port, LONG);
  other = openPostgresJs(server.port, LONG);
  await migrate(own.database);
}, 60_000);

afterAll(async () => {
  await Promise.all([own.close(), other.close()]);
  await server.stop();
});

/**
 * This power of two processes, by different clients. When it is to fail, by a proxy with a time limit
 * that is soon over.
 */
async function under<Name extends keyof SqlPowers>(name: Name) {
  const proxy = await startProxy(server.port);
  const behind = openPg(proxy.port, SHORT);
  const powerOf = (store: PoweredStore<SqlPowers>) => store.powers[name];
  const failing = powerOf(sqlStore(behind.database, SHORT));
  const working = powerOf(sqlStore(own.database, LONG));
  let inUse = working;
  return {
    power: new Proxy(working, { get: (_, operation) => Reflect.get(inUse, operation) }),
    peer: powerOf(sqlStore(other.database, LONG)),
    async disconnect() {
      inUse = failing;
      await proxy.cut();
    },
    async stall() {
      inUse = failing;
      proxy.stall();
    },
    async close() {
      await proxy.cut();
      await behind.close();
      await proxy.stop();
    },
  };
}

testMarks("PostgreSQL", () => under("marks"));
testReferences("PostgreSQL", () => under("references"));
testOnce("PostgreSQL", () => under("once"));
