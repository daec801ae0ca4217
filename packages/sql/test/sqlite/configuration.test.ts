import { createClient } from "@libsql/client";
import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { d1, libsql, sqlite } from "@sojourn/sql/sqlite";
import BetterSqlite3 from "better-sqlite3";
import { DatabaseSync } from "node:sqlite";
import { Pool } from "pg";
import { expect, test } from "vitest";
import { cutOff } from "./binding.ts";
import { newFile } from "./new-file.ts";
import { NOW, recordOf } from "./processes/tasks.ts";

const connectors: Record<string, (given: never) => unknown> = { sqlite, libsql, d1 };
const closed = new DatabaseSync(":memory:");
closed.close();

const given: Record<string, unknown> = {
  nothing: undefined,
  "a path": "sessions.db",
  "a promise": Promise.resolve(new DatabaseSync(":memory:")),
  "a pool of PostgreSQL": new Pool(),
  "the environment of a Worker": { DB: {} },
  "a database of node:sqlite": new DatabaseSync(":memory:"),
  "a database of better-sqlite3": new BetterSqlite3(":memory:"),
  "a libSQL client": createClient({ url: ":memory:" }),
  "a D1 binding": cutOff({ prepare: () => ({}) as never, batch: async () => [] }),
  "a closed database": closed,
  "a database that gives arrays": new DatabaseSync(":memory:", { returnArrays: true }),
  "a database with callbacks": { prepare: () => ({ all: () => ({}) }) },
};

/** What each connector says of each; null: it takes it. */
function said(connector: string): Record<string, string | null> {
  return Object.fromEntries(
    Object.entries(given).map(([name, client]) => {
      try {
        connectors[connector]?.(client as never);
        return [name, null];
      } catch (error) {
        expect(error).toBeInstanceOf(ConfigurationError);
        return [name, (error as Error).message];
      }
    }),
  );
}

test.each(Object.keys(connectors))("%s() takes its own clients, and says what to write", (name) => {
  expect(said(name)).toMatchSnapshot();
});

test("a file that somebody else has locked is no mistake of the configuration's", async () => {
  const path = newFile();
  const [holder, late] = [new DatabaseSync(path), new DatabaseSync(path)];
  holder.exec("BEGIN EXCLUSIVE");
  const database = sqlite(late);
  await expect(sqlStore(database, { timeLimit: 50 }).read(recordOf("one"), NOW)).rejects.toThrow(
    StoreUnavailableError,
  );
  holder.exec("ROLLBACK");
  expect(await migrate(database)).not.toEqual([]);
  holder.close();
  late.close();
});

test.each([0, -1, 1.5, Infinity, NaN, "1s", null])("timeLimit %j is refused", (timeLimit) => {
  const database = sqlite(new DatabaseSync(":memory:"));
  const options = { timeLimit: timeLimit as number };
  expect(() => sqlStore(database, options)).toThrow(ConfigurationError);
});
