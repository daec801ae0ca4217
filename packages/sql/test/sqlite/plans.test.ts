import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { runStoreCase, storeCases } from "@sojourn/testing/suites";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { NOW, recordOf } from "./processes/tasks.ts";
import { recorded } from "./recorded.ts";

const connection = new DatabaseSync(":memory:");
const { database, ran, clear } = recorded(connection);
const store = sqlStore(sqlite(database), { timeLimit: 20_000 });
let statements: readonly string[] = [];

/** All that the store sends: what it sends while it passes its suite. */
beforeAll(async () => {
  await migrate(sqlite(database));
  clear();
  const few = { interleavings: 10 };
  for (const storeCase of storeCases) await runStoreCase(storeCase, async () => ({ store }), few);
  const transaction = new Set(["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]);
  statements = [...new Set(ran)].filter((sql) => !transaction.has(sql));
});
afterAll(() => connection.close());

/** How SQLite finds rows, a line a step. */
function planOf(sql: string): string[] {
  return connection
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
}

/** Steps that look at every row of a table; the JSON that a statement holds is none. */
function scans(): string[] {
  const steps = statements.flatMap(planOf);
  return steps.filter(
    (step) => step.startsWith("SCAN") && !/VIRTUAL TABLE|CONSTANT ROW/.test(step),
  );
}

function planWith(text: RegExp): string {
  const found = statements.filter((sql) => text.test(sql));
  expect(found.length).toBeGreaterThan(0);
  return found.flatMap(planOf).join("\n");
}

function expectIndexes(): void {
  const sweep = planWith(/DELETE FROM sojourn_sessions[^]*deadline <= /);
  expect(sweep).toContain("sojourn_sessions_deadline (deadline<?)");
  expect(sweep).toContain("(rowid=?)");
  expect(sweep).not.toContain("TEMP B-TREE");
  const partitions = planWith(/DELETE FROM sojourn_partitions/);
  expect(partitions).toContain("sojourn_partitions_kept_until (kept_until<?)");
  expect(partitions).not.toContain("TEMP B-TREE");
  const list = planWith(/ORDER BY handle\s+LIMIT/);
  expect(list).toContain("(partition_key=? AND handle>?)");
  expect(list).not.toContain("TEMP B-TREE");
}

test("the suite makes the store send statements of every kind", () => {
  expect(statements.length).toBeGreaterThan(25);
  for (const verb of ["SELECT", "INSERT", "UPDATE", "DELETE"]) planWith(new RegExp(`^${verb}`));
});

test("no statement looks at all rows of a table, and each deadline has an index", () => {
  expect(scans()).toEqual([]);
  expectIndexes();
});

describe("once SQLite knows how full the tables are", () => {
  beforeAll(async () => {
    for (let i = 0; i < 2_000; i++) {
      const partition = `partition-${i % 500}`.padEnd(16, "_");
      await store.create(recordOf(`s${i}`, { partition, authenticatedAt: null }), NOW);
      if (i % 4 === 0) await store.deleteAll(`empty-${i}`.padEnd(16, "_"), NOW);
    }
    connection.exec("ANALYZE");
  });

  test("it does the same", () => {
    expect(scans()).toEqual([]);
    expectIndexes();
  });
});

describe.each(["sojourn_sessions_deadline", "sojourn_partitions_kept_until"])(
  "without %s",
  (index) => {
    beforeEach(() => connection.exec("BEGIN"));

    test("all rows are looked at, and this test would say so", () => {
      try {
        connection.exec(`DROP INDEX ${index}`);
        expect(scans().length).toBeGreaterThan(0);
        expect(expectIndexes).toThrow();
      } finally {
        connection.exec("ROLLBACK");
      }
    });
  },
);
