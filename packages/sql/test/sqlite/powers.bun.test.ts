import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { testMarks, testOnce, testReferences, testReplicaTarget } from "@sojourn/testing/suites";
import { Database } from "bun:sqlite";

async function open() {
  const client = new Database(":memory:");
  const database = sqlite(client);
  await migrate(database, { replicable: true });
  const store = sqlStore(database, { replicable: true, timeLimit: 20_000 });
  return { store, close: async () => client.close() };
}

async function under<Name extends "marks" | "references" | "once">(name: Name) {
  const { store, close } = await open();
  return { power: store.powers[name], close };
}

testMarks("bun:sqlite", () => under("marks"));
testReferences("bun:sqlite", () => under("references"));
testOnce("bun:sqlite", () => under("once"));

testReplicaTarget("bun:sqlite", async () => {
  const { store, close } = await open();
  return { power: store, close };
});
