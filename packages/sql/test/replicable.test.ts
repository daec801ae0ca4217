import { PGlite } from "@electric-sql/pglite";
import { ConfigurationError } from "@sojourn/core";
import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { pg, pglite } from "@sojourn/sql/postgres";
import { sqlite } from "@sojourn/sql/sqlite";
import { createPool } from "mysql2/promise";
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { expect, test } from "vitest";

/** None of them is connected to anything. */
const databases: Readonly<Record<string, () => SqlDatabase>> = {
  pg: () => pg(new Pool()),
  pglite: () => pglite(PGlite.prototype),
  mysql2: () => mysql2(createPool({})),
};

test.each(Object.keys(databases))("%s cannot be copied, and says what to use", async (name) => {
  const database = databases[name]?.() as SqlDatabase;
  const options = { replicable: true } as const;
  expect(() => sqlStore(database, options)).toThrow(ConfigurationError);
  expect(() => sqlStore(database, options)).toThrow("replication of their own");
  await expect(migrate(database, options)).rejects.toThrow(ConfigurationError);
  expect(Object.keys(sqlStore(database, { replicable: false }).powers)).toEqual([
    "marks",
    "references",
    "once",
  ]);
});

test.each(["yes", 1, null])("replicable %j is refused", async (replicable) => {
  const database = sqlite(new DatabaseSync(":memory:"));
  const options = { replicable } as never;
  expect(() => sqlStore(database, options)).toThrow("replicable is true or false");
  await expect(migrate(database, options)).rejects.toThrow(ConfigurationError);
});
