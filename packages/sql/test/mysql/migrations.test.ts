import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type MariadbServer, startMariadb } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { migrations } from "../../src/internal/mysql/migrations.ts";
import { open, type Opened, rowsOf } from "./pools.ts";
import { inProcesses } from "./processes.ts";
import { NOW, someSession } from "./sessions.ts";

const folder = new URL("../../migrations/mysql/", import.meta.url);
const all = migrations.map(({ version }) => version);

let server: MariadbServer;
let admin: Opened;
let databases = 0;

beforeAll(async () => {
  server = await startMariadb();
  admin = open(server.port);
}, 60_000);
afterAll(async () => {
  await admin.close();
  await server.stop();
});

/** An empty database, and its name. */
async function newDatabase(options = ""): Promise<Opened & { readonly name: string }> {
  const name = `database_${++databases}`;
  await admin.pool.query(`CREATE DATABASE ${name} ${options}`);
  const opened = open(server.port, { database: name, multipleStatements: true });
  onTestFinished(opened.close);
  return { ...opened, name };
}

async function tablesOf({ pool }: Opened): Promise<unknown[]> {
  const tables = await rowsOf(pool, "SHOW TABLES");
  const names = tables.flatMap((row) => Object.values(row) as string[]);
  const shown = names.map((name) => rowsOf(pool, `SHOW CREATE TABLE ${name}`));
  return (await Promise.all(shown)).flat();
}

test("migrate gives the versions that were missing, and the second time none", async () => {
  const { database } = await newDatabase();
  expect(await migrate(database)).toEqual(all);
  expect(await migrate(database)).toEqual([]);
});

test("who migrates waits for whoever does it at the time", async () => {
  const { database } = await newDatabase();
  let inside = true;
  const slow = {
    ...database,
    migrations: [{ version: 1, name: "slow", statements: () => ["DO SLEEP(60)"] }],
  };
  const first = migrate(slow).catch(() => (inside = false));
  const sleeping = "SELECT id FROM information_schema.processlist WHERE info LIKE 'DO SLEEP%'";
  await expect.poll(() => rowsOf(admin.pool, sleeping), { timeout: 5_000 }).toHaveLength(1);
  const second = migrate(database).then(() => inside);
  const [row] = await rowsOf(admin.pool, sleeping);
  await expect
    .poll(() =>
      rowsOf(
        admin.pool,
        "SELECT 1 FROM information_schema.processlist WHERE info LIKE 'SELECT GET_LOCK%'",
      ),
    )
    .toHaveLength(1);
  await admin.pool.query(`KILL ${row?.id}`);
  await first;
  expect(await second).toBe(false);
});

test("four processes may migrate at once", async () => {
  const { database, pool, name } = await newDatabase();
  const gave = await inProcesses(4, server.url.replace(/sojourn$/, name), "migrate");
  expect(gave).toContainEqual(all);
  const rows = await rowsOf(pool, "SELECT version FROM sojourn_migrations ORDER BY version");
  expect(rows.map(({ version }) => version)).toEqual(all);
  expect(await migrate(database)).toEqual([]);
});

test("sixteen calls may migrate at once, and whoever fails leaves the lock to the others", async () => {
  const { database } = await newDatabase();
  const broken = { version: 1_000, name: "broken", statements: () => ["CREATE nonsense"] };
  const calls = Array.from({ length: 16 }, (_, i) =>
    migrate(i % 2 === 0 ? database : { ...database, migrations: [broken] }),
  );
  const settled = await Promise.allSettled(calls);
  expect(settled.map(({ status }) => status)).toEqual(
    calls.map((_, i) => (i % 2 === 0 ? "fulfilled" : "rejected")),
  );
  expect(await migrate(database)).toEqual([]);
});

// `vitest run -u` writes them.
test.each(migrations)("the file of migration $version has its statements", async (migration) => {
  const { version, name, statements } = migration;
  const file = `${String(version).padStart(4, "0")}-${name}.sql`;
  const text = [
    ...statements("sojourn_"),
    "CREATE TABLE IF NOT EXISTS sojourn_migrations (version INTEGER NOT NULL PRIMARY KEY)",
    `INSERT IGNORE INTO sojourn_migrations (version) VALUES (${version})`,
  ];
  const sql = text.map((statement) => `${statement};\n`).join("\n");
  await expect(sql).toMatchFileSnapshot(fileURLToPath(new URL(file, folder)));
});

test("who runs the files, twice even, has what migrate makes, and migrate knows it", async () => {
  const [byFiles, byMigrate] = [await newDatabase(), await newDatabase()];
  const files = readdirSync(folder).toSorted();
  for (const file of [...files, ...files]) {
    await byFiles.pool.query(readFileSync(new URL(file, folder), "utf8"));
  }
  await migrate(byMigrate.database);
  expect(await tablesOf(byFiles)).toEqual(await tablesOf(byMigrate));
  expect(await migrate(byFiles.database)).toEqual([]);
});

test("a prefix keeps two applications in one database apart", async () => {
  const { database } = await newDatabase();
  const session = someSession();
  const [shop, desk] = ["shop_", "desk_"].map((prefix) => sqlStore(database, { prefix }));
  for (const prefix of ["shop_", "desk_"]) await migrate(database, { prefix });
  await shop?.create(session, NOW);
  expect(await desk?.read(session, NOW)).toBe(null);
  expect(await shop?.read(session, NOW)).not.toBe(null);
});

test("texts are kept as they are in a database of another character set", async () => {
  const { database } = await newDatabase("CHARACTER SET latin1 COLLATE latin1_swedish_ci");
  await migrate(database);
  const store = sqlStore(database);
  const texts = ["Ada ", "ada", "ADA", "\u{1f600} ", "é", "e\u0301", "\0", "\\", "", "ß", "ss"];
  for (const userId of texts) {
    const session = someSession({
      userId,
      credential: `${userId} `,
      facts: userId,
      data: Object.fromEntries(texts.map((text) => [text, JSON.stringify(text)])),
    });
    await store.create(session, NOW);
    expect(await store.read(session, NOW)).toEqual({ ...session, version: 1 });
    // Texts that a collation would hold for alike.
    const change = { credential: { from: userId, to: "other" } };
    expect(await store.update(session, change, NOW)).toMatchObject({ renewed: false });
    expect(
      await store.update(session, { ...change, set: { x: "1" }, expect: { "": '""' } }, NOW),
    ).toMatchObject({ renewed: false, version: 2 });
    const right = { credential: { from: `${userId} `, to: userId } };
    expect(await store.update(session, right, NOW)).toMatchObject({ renewed: true });
    expect(await store.read(session, NOW)).toMatchObject({ credential: userId });
  }
});
