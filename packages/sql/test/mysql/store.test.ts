import type { SessionRef } from "@sojourn/core";
import { type MariadbServer, type Proxy as Line, startProxy } from "@sojourn/servers";
import { sqlStore } from "@sojourn/sql";
import { testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll } from "vitest";
import { open, type Opened, PATIENT, startWithTables } from "./pools.ts";

let server: MariadbServer;
let opened: Opened;

beforeAll(async () => {
  server = await startWithTables();
  opened = open(server.port);
}, 60_000);
afterAll(async () => {
  await opened.close();
  await server.stop();
});

const SOMEWHERE: SessionRef = { partition: "p".repeat(16), handle: "h".repeat(22) };

testStore("MariaDB through mysql2", async () => {
  let inUse = sqlStore(opened.database, PATIENT);
  const endings: (() => Promise<void>)[] = [];

  /** From now on calls go, with little patience, to a line that has worked until now. */
  async function behind(fail: (line: Line) => Promise<void> | void): Promise<void> {
    const line = await startProxy(server.port);
    const { database, close } = open(line.port);
    endings.push(() => line.cut(), close);
    inUse = sqlStore(database, { timeLimit: 300 });
    await inUse.read(SOMEWHERE, 0);
    await fail(line);
  }

  return {
    store: new Proxy(inUse, { get: (_, name) => Reflect.get(inUse, name) }),
    async damage({ partition, handle }) {
      await opened.pool.execute(
        "UPDATE sojourn_sessions SET data = 'no record' WHERE partition_key = ? AND handle = ?",
        [partition, handle],
      );
    },
    disconnect: () => behind((line) => line.cut()),
    stall: () => behind((line) => line.stall()),
    async close() {
      for (const end of endings) await end();
    },
  };
});
