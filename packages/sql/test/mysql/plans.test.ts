import type { MariadbServer } from "@sojourn/servers";
import { sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { afterAll, beforeAll, expect, test } from "vitest";
import { open, type Opened, PATIENT, startWithTables } from "./pools.ts";
import { type Recorded, recorded, type Step } from "./recorded.ts";
import { FIVE, HOUR, NOW, someSession } from "./sessions.ts";

const ROWS = 20_000;

let server: MariadbServer;
let admin: Opened;
let recording: Recorded;

/** Four sessions a user, and one user in a hundred whose sessions and stamp have expired. */
async function fill(): Promise<void> {
  const partition = "lpad(floor(seq / 4), 16, '0')";
  const ends = `if(seq % 400 < 4, ${NOW - HOUR}, ${NOW + HOUR}) + seq`;
  await admin.pool.query(`INSERT INTO sojourn_sessions (partition_key, handle, user_id, credential,
      created_at, idle_expires_at, expires_at, policy, persistent, version, data)
    SELECT ${partition}, lpad(seq, 22, '0'), 'ada', 'c', 1, ${ends}, ${NOW + 9 * HOUR}, 'p', 0, 1,
      '{}' FROM seq_0_to_${ROWS - 1}`);
  await admin.pool.query(`INSERT INTO sojourn_partitions
    SELECT DISTINCT ${partition}, -1, ${ends} - seq % 4 FROM seq_0_to_${ROWS - 1} WHERE seq % 4 = 0`);
  await admin.pool.query("ANALYZE TABLE sojourn_sessions, sojourn_partitions");
}

beforeAll(async () => {
  server = await startWithTables();
  admin = open(server.port);
  recording = recorded(admin.pool);
  await fill();
}, 60_000);
afterAll(async () => {
  await admin.close();
  await server.stop();
});

let runs = 1;

/** Everything that the store sends. Each is called twice where it takes another way the second time. */
async function everything(): Promise<readonly Step[]> {
  recording.clear();
  const store = sqlStore(mysql2(recording.pool), PATIENT);
  const partition = `${ROWS / 8 + runs++}`.padStart(16, "0");
  const session = someSession({ partition });
  const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR };
  await store.create(someSession({ authenticatedAt: null }), NOW);
  await store.create(session, NOW, { limit: FIVE });
  await store.create(someSession({ partition }), NOW, { limit: FIVE, replaces: session.handle });
  await store.create(someSession({ partition }), NOW, { limit: FIVE });
  const [one, two] = await store.list(partition, NOW, { limit: 2, after: "0" });
  await store.list(partition, NOW, { withData: true });
  await store.read(one!, NOW);
  await store.update(one!, { touch }, NOW);
  await store.update(one!, { touch, credential: { from: "c", to: "d" } }, NOW, { ifVersion: 1 });
  await store.update(one!, { set: { a: "1" }, expect: { a: null } }, NOW, { ifVersion: 1 });
  const credential = { from: "d", to: "e" };
  await store.update(one!, { touch, credential, set: { a: "2" } }, NOW, { maxBytes: 1_000 });
  await Promise.all([1, 2, 3].map((i) => store.update(one!, { set: { b: `${i}` } }, NOW)));
  await store.delete(two!, { ifVersion: 9 });
  await store.delete(two!);
  await store.deleteAll(partition, NOW, { except: one!.handle });
  for (const limit of [1, 3, 200]) await store.sweep(NOW, limit);
  return recording.steps;
}

function badIn(steps: readonly Step[]): Step[] {
  return steps.filter(({ table, type, key, extra }) => {
    const looksAtAll = table !== null && (key === null || type === "ALL" || type === "index");
    return looksAtAll || /filesort|temporary/.test(extra);
  });
}

test("no statement looks at all rows of a table, or sorts them", async () => {
  const steps = await everything();
  expect(new Set(steps.map(({ statement }) => statement)).size).toBeGreaterThan(20);
  expect(badIn(steps)).toEqual([]);
  const keys = new Set(steps.map(({ key }) => key));
  expect(keys).toContain("sojourn_sessions_deadline");
  expect(keys).toContain("sojourn_partitions_kept_until");
});

test.each([
  ["sojourn_sessions", "sojourn_sessions_deadline"],
  ["sojourn_partitions", "sojourn_partitions_kept_until"],
])("without an index of %s this test would say so", async (table, index) => {
  await admin.pool.query(`ALTER TABLE ${table} DROP INDEX ${index}`);
  try {
    expect(badIn(await everything())).not.toEqual([]);
  } finally {
    const column = index.slice(table.length + 1);
    await admin.pool.query(`ALTER TABLE ${table} ADD INDEX ${index} (${column})`);
  }
});
