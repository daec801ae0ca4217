import { type PostgresServer, startPostgres, startProxy } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import {
  runStoreCase,
  type StoreCase,
  storeCases,
  type StoreUnderTest,
  testStore,
} from "@sojourn/testing/suites";
import { Client } from "pg";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clients, type Open, type Opened, openPg } from "./clients.ts";

// Many calls on few connections, on a busy machine: slow is not broken.
vi.setConfig({ testTimeout: 600_000 });

let server: PostgresServer;
let admin: Client;

beforeAll(async () => {
  server = await startPostgres();
  admin = new Client(server.url);
  await admin.connect();
  const { database, close } = openPg(server.port);
  await migrate(database);
  await close();
}, 60_000);

afterAll(async () => {
  await admin.end();
  await server.stop();
});

const LONG = 20_000;
// A connection costs a process there, which a busy machine may let wait.
const SHORT = 1_000;

function storeOn({ database, close }: Opened, timeLimit: number): Required<Under> {
  return {
    store: sqlStore(database, { timeLimit }),
    async damage({ partition, handle }) {
      await admin.query(
        "UPDATE sojourn_sessions SET data = 'no record' WHERE partition_key = $1 AND handle = $2",
        [partition, handle],
      );
    },
    close,
  };
}

type Under = Pick<StoreUnderTest, "store" | "damage" | "close">;

/** Behind a proxy that fails, and with a time limit that is soon over. */
async function runFailing(storeCase: StoreCase, open: Open): Promise<string> {
  return runStoreCase(storeCase, async () => {
    const proxy = await startProxy(server.port);
    const { store, close } = storeOn(open(proxy.port, { timeLimit: SHORT }), SHORT);
    return {
      store,
      disconnect: () => proxy.cut(),
      stall: async () => proxy.stall(),
      async close() {
        await proxy.cut();
        await close();
        await proxy.stop();
      },
    };
  });
}

const failing = storeCases.filter(({ needs }) => needs === "disconnect" || needs === "stall");

for (const [name, open] of Object.entries(clients)) {
  // One pool for all: a connection costs a process there. Of few connections more get done.
  let opened: Opened;
  beforeAll(() => void (opened = open(server.port, { max: 4, timeLimit: LONG })));
  afterAll(() => opened.close());

  testStore(`PostgreSQL, through ${name}`, async () => {
    const { store, damage } = storeOn(opened, LONG);
    return { store, damage };
  });

  test.each(failing)(`store: PostgreSQL, through ${name} > $title`, async (storeCase) => {
    expect(await runFailing(storeCase, open)).toBe("passed");
  });
}
