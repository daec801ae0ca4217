import { type MariadbServer, startProxy } from "@sojourn/servers";
import { type SqlPowers, sqlStore } from "@sojourn/sql";
import { testMarks, testOnce, testReferences } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";
import { open, type Opened, PATIENT, startWithTables } from "./pools.ts";

let server: MariadbServer;
let pools: readonly [Opened, Opened];

beforeAll(async () => {
  server = await startWithTables();
  pools = [open(server.port), open(server.port)];
}, 60_000);

afterAll(async () => {
  await Promise.all(pools.map(({ close }) => close()));
  await server.stop();
});

/** This power of two processes. When it is to fail, by a proxy with a time limit that is soon over. */
async function under<Name extends keyof SqlPowers>(name: Name) {
  const proxy = await startProxy(server.port);
  const behind = open(proxy.port);
  const failing = sqlStore(behind.database, { timeLimit: 300 }).powers[name];
  const [working, peer] = pools.map(({ database }) => sqlStore(database, PATIENT).powers[name]) as [
    SqlPowers[Name],
    SqlPowers[Name],
  ];
  let inUse = working;
  return {
    power: new Proxy(working, { get: (_, operation) => Reflect.get(inUse, operation) }),
    peer,
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

testMarks("MariaDB", () => under("marks"));
testReferences("MariaDB", () => under("references"));
testOnce("MariaDB", () => under("once"));
