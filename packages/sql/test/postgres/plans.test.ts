import { startPostgres, type PostgresServer } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { pg } from "@sojourn/sql/postgres";
import {
  marksCases,
  onceCases,
  referencesCases,
  runPowerCase,
  runStoreCase,
  storeCases,
} from "@sojourn/testing/suites";
import { Client, Pool } from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Ran, recorded } from "./recorded.ts";
import { HOUR, NOW } from "./world.ts";

let server: PostgresServer;
let client: Client;
let statements: readonly Ran[];

/** All that the store sends: what it sends while it passes its suites. */
async function statementsOfSuites(): Promise<readonly Ran[]> {
  const pool = new Pool({ connectionString: server.url });
  const { pool: noting, ran } = recorded(pool);
  const { powers, ...store } = sqlStore(pg(noting), { timeLimit: 20_000 });
  const { marks, references, once } = powers;
  const few = { interleavings: 5 };
  for (const storeCase of storeCases) {
    if (/concurrent|1,000/.test(storeCase.title)) continue;
    await runStoreCase(storeCase, async () => ({ store }), few);
  }
  for (const one of marksCases) await runPowerCase(one, async () => ({ power: marks }));
  for (const one of referencesCases) await runPowerCase(one, async () => ({ power: references }));
  for (const one of onceCases) await runPowerCase(one, async () => ({ power: once }));
  await pool.end();
  const isOurs = ({ text }: Ran) => /sojourn_/.test(text);
  return [...new Map(ran.filter(isOurs).map((one) => [one.text, one])).values()];
}

/** One in a hundred has expired. Users have few sessions, most have one. */
const FILLING = [
  `INSERT INTO sojourn_sessions (partition_key, handle, credential, created_at, idle_expires_at,
     expires_at, policy, persistent, version, data)
   SELECT lpad((i / 3)::text, 16, 'p'), lpad(i::text, 22, 'h'), 'credential', ${NOW}, ${NOW + HOUR},
     CASE WHEN i % 100 = 0 THEN ${NOW - HOUR} ELSE ${NOW + HOUR} END, 'default', 0, 1, '{}'
   FROM generate_series(1, 30000) AS i`,
  `INSERT INTO sojourn_partitions (partition_key, not_before, kept_until)
   SELECT lpad(i::text, 16, 'p'), ${NOW}, CASE WHEN i % 100 = 0 THEN ${NOW - HOUR} ELSE ${NOW + HOUR} END
   FROM generate_series(1, 10000) AS i`,
  `INSERT INTO sojourn_references (name, session, expires_at)
   SELECT 'name ' || i, 'session', CASE WHEN i % 100 = 0 THEN ${NOW - HOUR} ELSE ${NOW + HOUR} END
   FROM generate_series(1, 10000) AS i`,
  `INSERT INTO sojourn_once (name, expires_at)
   SELECT 'name ' || i, CASE WHEN i % 100 = 0 THEN ${NOW - HOUR} ELSE ${NOW + HOUR} END
   FROM generate_series(1, 10000) AS i`,
  `INSERT INTO sojourn_marks (name, stamp) SELECT 'name ' || i, ${NOW} FROM generate_series(1, 10000) AS i`,
  "ANALYZE",
];

beforeAll(async () => {
  server = await startPostgres();
  const pool = new Pool({ connectionString: server.url });
  await migrate(pg(pool));
  await pool.end();
  statements = await statementsOfSuites();
  client = new Client(server.url);
  await client.connect();
  for (const filling of FILLING) await client.query(filling);
}, 120_000);

afterAll(async () => {
  await client.end();
  await server.stop();
});

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly Plans?: readonly Plan[];
}

/** Parameters that a plan is made for, known or not: postgres.js prepares, and then they are not. */
const kinds = ["force_custom_plan", "force_generic_plan"];

async function stepsOf({ text, values }: Ran): Promise<readonly Plan[]> {
  const literals = values.map((value) =>
    value === null ? "NULL" : `'${String(value).replaceAll("'", "''")}'`,
  );
  await client.query(`PREPARE planned AS ${text}`);
  const list = literals.length > 0 ? `(${literals.join(", ")})` : "";
  const { rows } = await client.query(`EXPLAIN (FORMAT JSON) EXECUTE planned${list}`);
  await client.query("DEALLOCATE planned");
  return steps(rows[0]["QUERY PLAN"][0].Plan);
}

function steps(plan: Plan): readonly Plan[] {
  return [plan, ...(plan.Plans ?? []).flatMap(steps)];
}

/** Statements that look at every row of a table, or at a whole index. */
async function scans(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const statement of statements) {
    for (const step of await stepsOf(statement)) {
      if (step["Node Type"] === "Seq Scan")
        found.push(`${step["Relation Name"]}: ${statement.text}`);
    }
  }
  return found;
}

/** The indexes that are used by statements that hold this. */
async function indexesOf(part: RegExp): Promise<ReadonlySet<string>> {
  const some = statements.filter(({ text }) => part.test(text));
  expect(some).not.toEqual([]);
  const found = new Set<string>();
  for (const statement of some) {
    for (const step of await stepsOf(statement)) {
      if (step["Index Name"] !== undefined) found.add(step["Index Name"]);
    }
  }
  return found;
}

test("the suites make the store send statements of every kind", () => {
  expect(statements.length).toBeGreaterThan(30);
});

describe.each(kinds)("%s", (kind) => {
  beforeAll(() => client.query(`SET plan_cache_mode = ${kind}`));

  test("no statement looks at all rows of a table", async () => {
    expect(await scans()).toEqual([]);
  });

  test("a sweep finds what is due by an index on the deadline, and nothing else", async () => {
    for (const table of ["sessions", "partitions", "references", "once"]) {
      const found = await indexesOf(new RegExp(`^DELETE FROM sojourn_${table} WHERE ctid`));
      expect([...found]).toEqual([
        expect.stringMatching(`^sojourn_${table}_(deadline|kept_until|expires_at)$`),
      ]);
    }
  });

  test("a session is found by its key", async () => {
    expect(
      await indexesOf(
        /^SELECT .* data FROM sojourn_sessions WHERE partition_key = \$1 AND handle = \$2/,
      ),
    ).toEqual(new Set(["sojourn_sessions_pkey"]));
  });

  test.each([
    "DROP INDEX sojourn_sessions_deadline",
    "DROP INDEX sojourn_partitions_kept_until",
    "DROP INDEX sojourn_references_expires_at",
    "DROP INDEX sojourn_once_expires_at",
    "ALTER TABLE sojourn_sessions DROP CONSTRAINT sojourn_sessions_pkey",
  ])("after %s rows are looked at one by one, and this test would say so", async (drop) => {
    await client.query("BEGIN");
    await client.query(drop);
    // What names the key in ON CONFLICT is refused without it.
    const all = statements;
    if (drop.includes("CONSTRAINT")) statements = all.filter(({ text }) => !/INSERT/.test(text));
    try {
      expect(await scans()).not.toEqual([]);
    } finally {
      statements = all;
      await client.query("ROLLBACK");
    }
  });
});
