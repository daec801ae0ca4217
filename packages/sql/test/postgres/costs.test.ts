import { type PostgresServer, type Proxy, startPostgres, startProxy } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSession, operations } from "../sqlite/operations.ts";
import { NOW } from "../sqlite/processes/tasks.ts";
import { clients } from "./clients.ts";

let server: PostgresServer;
let proxy: Proxy;

beforeAll(async () => {
  server = await startPostgres();
  proxy = await startProxy(server.port);
}, 60_000);

afterAll(async () => {
  await proxy.stop();
  await server.stop();
});

test.each(Object.entries(clients))("round trips of each operation, through %s", async (_, open) => {
  const { database, close } = open(proxy.port, { max: 1 });
  await migrate(database);
  const store = sqlStore(database);
  const costs: Record<string, number> = {};
  for (const [name, operation] of Object.entries(operations)) {
    // The second time the client knows the statements.
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
    // BEGIN, the user's lock, a look, INSERT, COMMIT; in between what goes, if anything does.
    "create, a login": 5,
    "create, a login that replaces": 6,
    read: 1,
    "read of nothing": 1,
    update: 1,
    "update, guarded": 1,
    "update, a touch": 1,
    "update, a renewal": 1,
    "update, a conflict": 1,
    "update of nothing": 1,
    delete: 1,
    "delete of a version": 1,
    "delete, a conflict": 2,
    list: 1,
    deleteAll: 4,
    // Sessions, stamps of partitions, and what belongs to the powers.
    sweep: 4,
  });
  await close();
});
