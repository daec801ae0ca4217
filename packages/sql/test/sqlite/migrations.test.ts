import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { migrations } from "../../src/internal/sqlite/migrations.ts";
import { newFile } from "./new-file.ts";
import { NOW, recordOf } from "./processes/tasks.ts";
import { inProcesses } from "./processes/workers.ts";

const folder = new URL("../../migrations/sqlite/", import.meta.url);
const all = migrations.map(({ version }) => version);

function open(path = ":memory:"): DatabaseSync {
  const connection = new DatabaseSync(path);
  onTestFinished(() => connection.close());
  return connection;
}

function tablesOf(connection: DatabaseSync): unknown[] {
  return connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all();
}

test("migrate gives the versions that were missing, and the second time none", async () => {
  const database = sqlite(open());
  expect(await migrate(database)).toEqual(all);
  expect(await migrate(database)).toEqual([]);
});

test("four processes may migrate at once", async () => {
  const path = newFile();
  const gave = await inProcesses(4, "node:sqlite", path, "migrate", 0);
  expect(gave).toContainEqual(all);
  const connection = open(path);
  expect(await migrate(sqlite(connection))).toEqual([]);
  const versions = "SELECT version FROM sojourn_migrations ORDER BY version";
  expect(connection.prepare(versions).all()).toMatchObject(all.map((version) => ({ version })));
});

test("tables that an earlier version made are brought up, with what is in them", async () => {
  const connection = open();
  const database = sqlite(connection);
  expect(await migrate({ ...database, migrations: migrations.slice(0, 1) })).toEqual([1]);
  const store = sqlStore(database);
  await store.create(recordOf("one"), NOW);
  const next = {
    version: 1_000,
    name: "a column more",
    statements: (prefix: string) => [`ALTER TABLE ${prefix}sessions ADD COLUMN more TEXT`],
  };
  const later = { ...database, migrations: [...migrations, next] };
  expect(await migrate(later)).toEqual([...all.slice(1), 1_000]);
  expect(await migrate(later)).toEqual([]);
  expect(connection.prepare("SELECT more FROM sojourn_sessions").all()).toMatchObject([
    { more: null },
  ]);
  // The statements of before still fit: first the tables are changed, and then the processes.
  expect(await store.read(recordOf("one"), NOW)).toEqual({ ...recordOf("one"), version: 1 });
});

test("a step that fails leaves nothing of itself", async () => {
  const connection = open();
  const broken = {
    version: 1_000,
    name: "broken",
    statements: () => ["CREATE TABLE half (a)", "CREATE TABLE half (a)"],
  };
  const database = { ...sqlite(connection), migrations: [broken] };
  await expect(migrate(database)).rejects.toThrow(StoreUnavailableError);
  expect(tablesOf(connection)).toMatchObject([{ name: "sojourn_migrations" }]);
});

test("a prefix keeps two applications in one database apart", async () => {
  const database = sqlite(open());
  await migrate(database, { prefix: "shop_" });
  await migrate(database, { prefix: "admin_" });
  const [shop, admin] = ["shop_", "admin_"].map((prefix) => sqlStore(database, { prefix }));
  await shop?.create(recordOf("one"), NOW);
  expect(await admin?.read(recordOf("one"), NOW)).toBe(null);
  expect(await shop?.read(recordOf("one"), NOW)).not.toBe(null);
});

test.each(["", "9_", "Shop_", "shop-", 'a"', "a b", "a;", "x".repeat(33), 7, null])(
  "the prefix %j is refused",
  async (prefix) => {
    const options = { prefix: prefix as string };
    const database = sqlite(open());
    expect(() => sqlStore(database, options)).toThrow(ConfigurationError);
    await expect(migrate(database, options)).rejects.toThrow(ConfigurationError);
  },
);

test("without tables a store says what is to be done", async () => {
  const store = sqlStore(sqlite(open()));
  for (const call of [
    () => store.create(recordOf("one"), NOW),
    () => store.read(recordOf("one"), NOW),
    () => store.sweep(NOW, 1),
  ]) {
    await expect(call()).rejects.toThrow("Run migrate() first.");
    await expect(call()).rejects.toThrow(StoreUnavailableError);
  }
});

// `vitest run -u` writes them.
test.each(migrations)("the file of migration $version has its statements", async (migration) => {
  const { version, name, statements } = migration;
  const file = `${String(version).padStart(4, "0")}-${name}.sql`;
  const text = [
    ...statements("sojourn_"),
    "CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY)",
    `INSERT OR IGNORE INTO sojourn_migrations (version) VALUES (${version})`,
  ];
  const sql = text.map((statement) => `${statement};\n`).join("\n");
  await expect(sql).toMatchFileSnapshot(fileURLToPath(new URL(file, folder)));
});

test("who runs the files has what migrate makes, and migrate knows it", async () => {
  const [byFiles, byMigrate] = [open(), open()];
  for (const file of readdirSync(folder).toSorted()) {
    byFiles.exec(readFileSync(new URL(file, folder), "utf8"));
  }
  await migrate(sqlite(byMigrate));
  expect(tablesOf(byFiles)).toEqual(tablesOf(byMigrate));
  expect(await migrate(sqlite(byFiles))).toEqual([]);
});
