import { type MariadbServer, type Proxy, startProxy } from "@sojourn/servers";
import { sqlStore } from "@sojourn/sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSession, operations } from "../sqlite/operations.ts";
import { NOW } from "../sqlite/processes/tasks.ts";
import { open, startWithTables } from "./pools.ts";

let server: MariadbServer;
let proxy: Proxy;

beforeAll(async () => {
  server = await startWithTables();
  proxy = await startProxy(server.port);
}, 60_000);
afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

test("round trips of each operation", async () => {
  const { database, close } = open(proxy.port, { connectionLimit: 1 });
  const store = sqlStore(database);
  const costs: Record<string, number> = {};
  for (const [name, operation] of Object.entries(operations)) {
    // The second time the statements are prepared.
    for (let i = 0; i < 2; i++) {
      const record = newSession();
      await store.create(record, NOW);
      proxy.reset();
      await operation(store, record);
      costs[name] = proxy.chunksUp;
    }
  }
  expect(costs).toEqual({
    "create, anonymous": 1,
    // SET TRANSACTION, START, the user's lock, a look, INSERT, COMMIT; and what goes, if anything does.
    "create, a login": 6,
    "create, a login that replaces": 7,
    read: 1,
    "read of nothing": 1,
    // A look, and the UPDATE.
    update: 2,
    "update, guarded": 2,
    "update, a touch": 1,
    "update, a renewal": 1,
    "update, a conflict": 1,
    "update of nothing": 1,
    delete: 1,
    "delete of a version": 1,
    "delete, a conflict": 2,
    list: 1,
    deleteAll: 6,
    sweep: 16,
  });
  await close();
});
