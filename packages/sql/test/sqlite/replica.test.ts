import { migrate, sqlStore } from "@sojourn/sql";
import { testReplicaTarget, testStore } from "@sojourn/testing/suites";
import { DatabaseSync } from "node:sqlite";
import { twoProcesses } from "./two-processes.ts";
import { openTwice, underTest } from "./under-test.ts";

testReplicaTarget("node:sqlite", () =>
  twoProcesses(
    (database) => migrate(database, { replicable: true }),
    (database, timeLimit) => sqlStore(database, { timeLimit, replicable: true }),
    (store) => store,
  ),
);

testStore(
  "node:sqlite, replicable",
  underTest(() => openTwice((path) => new DatabaseSync(path)), { replicable: true }),
);
