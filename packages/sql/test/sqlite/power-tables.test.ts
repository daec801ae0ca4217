import type { SessionRef } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import {
  marksCases,
  onceCases,
  referencesCases,
  replicaCases,
  runPowerCase,
} from "@sojourn/testing/suites";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { HOUR, NOW, recordOf } from "./processes/tasks.ts";
import { recorded } from "./recorded.ts";

const connection = new DatabaseSync(":memory:");
const { database, ran, clear } = recorded(connection);
const store = sqlStore(sqlite(database), { timeLimit: 20_000, replicable: true });
const { references, once } = store.powers;
let statements: readonly string[] = [];

/** Few of the suite's cases need a store that is empty; those fail here, and have sent what they send. */
async function run<Power>(
  cases: readonly Parameters<typeof runPowerCase<Power>>[0][],
  power: Power,
) {
  for (const one of cases) {
    await runPowerCase(one, async () => ({ power })).catch(() => {});
  }
}

beforeAll(async () => {
  await migrate(sqlite(database), { replicable: true });
  clear();
  await run(marksCases, store.powers.marks);
  await run(referencesCases, references);
  await run(onceCases, once);
  const few = replicaCases.filter(({ title }) => !title.includes("in any order and however often"));
  await run(few, store);
  await store.sweep(NOW, 10);
  const transaction = new Set(["BEGIN IMMEDIATE", "COMMIT", "ROLLBACK"]);
  statements = [...new Set(ran)].filter((sql) => !transaction.has(sql));
}, 60_000);
afterAll(() => connection.close());

/** How SQLite finds rows, a line a step. */
function planOf(sql: string): string[] {
  return connection
    .prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .all()
    .map(({ detail }) => String(detail));
}

/** Steps that look at every row of a table that can be large. */
function scans(): string[] {
  const steps = statements.flatMap(planOf);
  return steps.filter(
    (step) => step.startsWith("SCAN") && !/VIRTUAL TABLE|CONSTANT ROW|sojourn_replica/.test(step),
  );
}

function planWith(text: RegExp): string {
  const found = statements.filter((sql) => text.test(sql));
  expect(found.length).toBeGreaterThan(0);
  return found.flatMap(planOf).join("\n");
}

function expectIndexes(): void {
  for (const [statement, index] of [
    [/DELETE FROM sojourn_references[^]*<=/, "sojourn_references_expires_at (expires_at<?)"],
    [/DELETE FROM sojourn_once/, "sojourn_once_expires_at (expires_at<?)"],
    [/DELETE FROM sojourn_changes/, "sojourn_changes_buried_until (buried_until<?)"],
    [/SELECT session FROM/, "SEARCH sojourn_references USING PRIMARY KEY (name=?)"],
    [/seq > \?/, "SEARCH sojourn_changes USING INTEGER PRIMARY KEY (rowid>?)"],
    [
      /json_each/,
      "SEARCH sojourn_changes USING INDEX sqlite_autoindex_sojourn_changes_1 (partition_key=? AND handle=?)",
    ],
  ] as const) {
    const plan = planWith(statement);
    expect(plan).toContain(index);
    expect(plan).not.toContain("TEMP B-TREE");
  }
}

test("no statement of a power looks at all rows of a table, and each deadline has an index", () => {
  expect(statements.length).toBeGreaterThan(25);
  expect(scans()).toEqual([]);
  expectIndexes();
});

describe("once SQLite knows how full the tables are", () => {
  beforeAll(async () => {
    for (let i = 0; i < 1_000; i++) {
      const record = recordOf(`s${i}`, { partition: `partition-${i % 100}`.padEnd(16, "_") });
      await store.create(record, NOW);
      if (i % 4 === 0) await store.delete(record);
      await references.add(`name ${i % 100}`, record, NOW + HOUR + i, NOW);
      await once.redeem(`key ${i}`, NOW + HOUR + i, NOW);
    }
    connection.exec("ANALYZE");
  });

  test("it does the same", () => {
    expect(scans()).toEqual([]);
    expectIndexes();
  });
});

describe.each([
  "sojourn_references_expires_at",
  "sojourn_once_expires_at",
  "sojourn_changes_buried_until",
])("without %s", (index) => {
  beforeEach(() => connection.exec("BEGIN"));

  test("all rows are looked at, and this test would say so", () => {
    try {
      connection.exec(`DROP INDEX ${index}`);
      expect(expectIndexes).toThrow();
    } finally {
      connection.exec("ROLLBACK");
    }
  });
});

test("a sweep removes the entries that have expired, of each kind at most its limit", async () => {
  const client = new DatabaseSync(":memory:");
  await migrate(sqlite(client));
  const swept = sqlStore(sqlite(client));
  const ref: SessionRef = recordOf("one");
  for (let i = 0; i < 10; i++) {
    await swept.powers.references.add(`name ${i}`, ref, NOW + 1 + (i % 2), NOW);
    await swept.powers.once.redeem(`key ${i}`, NOW + 1 + (i % 2), NOW);
  }
  await swept.powers.marks.set("mark", NOW);
  const left = () =>
    ["references", "once", "marks"].map(
      (table) => client.prepare(`SELECT count(*) AS count FROM sojourn_${table}`).get()?.count,
    );
  await swept.sweep(NOW, 100);
  expect(left()).toEqual([10, 10, 1]);
  await swept.sweep(NOW + 1, 3);
  expect(left()).toEqual([7, 7, 1]);
  await swept.sweep(NOW + 1, 3);
  await swept.sweep(NOW + 1, 3);
  expect(left()).toEqual([5, 5, 1]);
  expect(await swept.powers.once.redeem("key 1", NOW + HOUR, NOW + 1)).toBe(false);
  await swept.sweep(NOW + 2, 100);
  expect(left()).toEqual([0, 0, 1]);
  client.close();
});
