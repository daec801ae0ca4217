import { DatabaseSync } from "node:sqlite";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { testStore } from "@sojourn/testing/suites";

testStore("SQLite through node:sqlite", async () => {
  const database = sqlite(new DatabaseSync(":memory:"));
  await migrate(database);
  return { store: sqlStore(database) };
});
