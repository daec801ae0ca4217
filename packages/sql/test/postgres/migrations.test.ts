import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { StoreUnavailableError } from "@sojourn/core";
import { type PostgresServer, startPostgres } from "@sojourn/servers";
import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { pg } from "@sojourn/sql/postgres";
import { Pool } from "pg";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { migrations } from "../../src/internal/postgres/migrations.ts";
import { NOW, recordOf } from "../sqlite/processes/tasks.ts";

const folder = new URL("../../migrations/postgres/", import.meta.url);
const all = migrations.map(({ version }) => version);

let server: PostgresServer;
let databases = 0;

beforeAll(async () => {
  server = await startPostgres();
}, 60_000);
afterAll(() => server.stop());

/** A pool in a database of its own, with nothing in it. */
async function open(): Promise<{ pool: Pool; database: SqlDatabase }> {
  const name = `database_${++databases}`;
  const admin = new Pool({ connectionString: server.url, max: 1 });
  await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  const { host, port, user } = server;
  const pool = new Pool({ host, port, user, database: name, max: 2 });
  onTestFinished(() => pool.end());
  return { pool, database: pg(pool) };
}

/** Columns, constraints and indexes, as PostgreSQL has them. */
async function tablesOf(pool: Pool): Promise<unknown[]> {
  const { rows: columns } = await pool.query(
    `SELECT table_name, column_name, data_type, collation_name, is_nullable, generation_expression
     FROM information_schema.columns WHERE table_schema = 'public' ORDER BY table_name, ordinal_position`,
  );
  const { rows: indexes } = await pool.query(
    "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
  );
  return [...columns, ...indexes];
}

test("migrate gives the versions that were missing, and the second time none", async () => {
  const { database } = await open();
  expect(await migrate(database)).toEqual(all);
  expect(await migrate(database)).toEqual([]);
});

test("tables that an earlier version made are brought up, with what is in them", async () => {
  const { pool, database } = await open();
  await migrate(database);
  const store = sqlStore(database);
  await store.create(recordOf("one"), NOW);
  const next = {
    version: 1_000,
    name: "a column more",
    statements: (prefix: string) => [`ALTER TABLE ${prefix}sessions ADD COLUMN more text`],
  };
  const later = { ...database, migrations: [...migrations, next] };
  expect(await migrate(later)).toEqual([1_000]);
  expect(await migrate(later)).toEqual([]);
  expect((await pool.query("SELECT more FROM sojourn_sessions")).rows).toEqual([{ more: null }]);
  // The statements of before still fit: first the tables are changed, and then the processes.
  expect(await store.read(recordOf("one"), NOW)).toEqual({ ...recordOf("one"), version: 1 });
});

test("a step that fails leaves nothing of itself", async () => {
  const { pool, database } = await open();
  const broken = {
    version: 1_000,
    name: "broken",
    statements: () => ["CREATE TABLE half (a text)", "CREATE TABLE half (a text)"],
  };
  const failing = migrate({ ...database, migrations: [broken] });
  await expect(failing).rejects.toThrow(StoreUnavailableError);
  const { rows } = await pool.query("SELECT tablename FROM pg_tables WHERE schemaname = 'public'");
  expect(rows).toEqual([{ tablename: "sojourn_migrations" }]);
});

test("a prefix keeps two applications in one database apart", async () => {
  const { database } = await open();
  await migrate(database, { prefix: "shop_" });
  await migrate(database, { prefix: "admin_" });
  const [shop, admin] = ["shop_", "admin_"].map((prefix) => sqlStore(database, { prefix }));
  await shop?.create(recordOf("one"), NOW);
  expect(await admin?.read(recordOf("one"), NOW)).toBe(null);
  expect(await shop?.read(recordOf("one"), NOW)).not.toBe(null);
});

test("texts are ordered by unit, whatever the database's locale", async () => {
  const { pool, database } = await open();
  await migrate(database);
  const { rows } = await pool.query(
    `SELECT DISTINCT collation_name FROM information_schema.columns
     WHERE table_name = 'sojourn_sessions' AND column_name IN ('partition_key', 'handle')`,
  );
  expect(rows).toEqual([{ collation_name: "C" }]);
});

// `vitest run -u` writes them.
test.each(migrations)("the file of migration $version has its statements", async (migration) => {
  const { version, name, statements } = migration;
  const file = `${String(version).padStart(4, "0")}-${name}.sql`;
  const text = [
    ...statements("sojourn_"),
    "CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY)",
    `INSERT INTO sojourn_migrations (version) VALUES (${version}) ON CONFLICT DO NOTHING`,
  ];
  const sql = text.map((statement) => `${statement};\n`).join("\n");
  await expect(sql).toMatchFileSnapshot(fileURLToPath(new URL(file, folder)));
});

test("who runs the files has what migrate makes, and migrate knows it", async () => {
  const [byFiles, byMigrate] = [await open(), await open()];
  for (const file of readdirSync(folder).toSorted()) {
    await byFiles.pool.query(readFileSync(new URL(file, folder), "utf8"));
  }
  await migrate(byMigrate.database);
  expect(await tablesOf(byFiles.pool)).toEqual(await tablesOf(byMigrate.pool));
  expect(await migrate(byFiles.database)).toEqual([]);
});
