import { createClient } from "@libsql/client";
import { migrate, sqlStore } from "@sojourn/sql";
import { libsql, sqlite } from "@sojourn/sql/sqlite";
import { testReplicaTarget, testStore } from "@sojourn/testing/suites";
import BetterSqlite3 from "better-sqlite3";
import { DatabaseSync } from "node:sqlite";
import { newFile } from "./new-file.ts";
import { twoProcesses } from "./two-processes.ts";
import { openTwice, underTest } from "./under-test.ts";

const replicable = { replicable: true, timeLimit: 20_000 } as const;

testReplicaTarget("node:sqlite", () =>
  twoProcesses(
    (database) => migrate(database, replicable),
    (database, timeLimit) => sqlStore(database, { ...replicable, timeLimit }),
    (store) => store,
  ),
);

testReplicaTarget("better-sqlite3", async () => {
  const client = new BetterSqlite3(":memory:");
  const database = sqlite(client);
  await migrate(database, replicable);
  return { power: sqlStore(database, replicable), close: async () => void client.close() };
});

testReplicaTarget("@libsql/client, a file", async () => {
  const client = createClient({ url: `file:${newFile()}` });
  await client.execute("PRAGMA synchronous = OFF");
  const database = libsql(client);
  await migrate(database, replicable);
  return { power: sqlStore(database, replicable), close: async () => client.close() };
});

testStore(
  "node:sqlite, replicable",
  underTest(() => openTwice((path) => new DatabaseSync(path)), { replicable: true }),
);
