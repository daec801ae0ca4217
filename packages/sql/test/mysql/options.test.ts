import { sqlStore } from "@sojourn/sql";
import { runStoreCase, storeCases } from "@sojourn/testing/suites";
import type { PoolOptions } from "mysql2/promise";
import { expect, onTestFinished, test } from "vitest";
import { admin, open, PATIENT, server, useMariadb } from "./pools.ts";

useMariadb();

/** What is written and comes back, one call after the other: that is all that these are about. */
const written =
  process.env.SOJOURN_FULL === "1"
    ? /^(create|update|delete|deleteAll|values|invariant [35]):/
    : /^(update|values):/;
const cases = storeCases.filter(
  ({ title, needs }) => !needs && written.test(title) && !/\d00\b|concurrent/.test(title),
);

async function expectAllToPass(options: PoolOptions = {}): Promise<void> {
  expect(cases.length).toBeGreaterThan(5);
  const { database, close } = open(server.port, options);
  onTestFinished(close);
  const store = sqlStore(database, PATIENT);
  for (const storeCase of cases) {
    expect(await runStoreCase(storeCase, async () => ({ store })), storeCase.title).toBe("passed");
  }
}

test.each([
  ["none at all", ""],
  ["the strict ones", "TRADITIONAL"],
  ["the standard's", "ANSI,NO_BACKSLASH_ESCAPES,SIMULTANEOUS_ASSIGNMENT,PAD_CHAR_TO_FULL_LENGTH"],
  ["those of old", "NO_UNSIGNED_SUBTRACTION,HIGH_NOT_PRECEDENCE,IGNORE_SPACE"],
])("the server's sql_mode does not matter: %s", async (_, mode) => {
  await admin.pool.query("SET GLOBAL sql_mode = ?", [mode]);
  await expectAllToPass();
});

test.each<[string, PoolOptions]>([
  ["numbers as texts", { supportBigNumbers: true, bigNumberStrings: true }],
  ["rows that are changed, not found", { flags: ["-FOUND_ROWS"] }],
  ["named placeholders", { namedPlaceholders: true }],
  ["several statements at once", { multipleStatements: true }],
  ["few prepared statements", { maxPreparedStatements: 3 }],
])("the pool may have its options: %s", async (_, options) => {
  await admin.pool.query("SET GLOBAL sql_mode = DEFAULT");
  await expectAllToPass(options);
});
