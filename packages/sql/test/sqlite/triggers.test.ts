import type { ReplicaState, SessionRef } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { readdirSync, readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { migrations } from "../../src/internal/sqlite/replica/migrations.ts";
import { newFile } from "./new-file.ts";
import { HOUR, NOW, PARTITION, recordOf } from "./processes/tasks.ts";

const replicable = { replicable: true } as const;

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

function open(path = ":memory:") {
  const connection = new DatabaseSync(path);
  onTestFinished(() => connection.close());
  const database = sqlite(connection);
  const count = (table: string): unknown =>
    connection.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count;
  return { connection, database, count };
}

async function openReplicable(path?: string) {
  const { connection, database, count } = open(path);
  await migrate(database, replicable);
  const store = sqlStore(database, replicable);
  const follow = (from: string | null, now = NOW) =>
    store.powers.replica.changesSince(from, 1_000, now);
  return { connection, database, count, store, follow };
}

/** All changes from a cursor on, and the next cursor. */
async function changesFrom(
  follow: Awaited<ReturnType<typeof openReplicable>>["follow"],
  cursor: string | null,
  now = NOW,
): Promise<{ changes: readonly ReplicaState[]; next: string }> {
  const outcome = await follow(cursor, now);
  if (outcome.status === "too-old" || outcome.more) throw new Error("There is one step.");
  return outcome;
}

const buried = ({ partition, handle }: SessionRef): ReplicaState => ({
  kind: "tombstone",
  ref: { partition, handle },
  expiresAt: NOW + HOUR,
});

test("who only migrates as always has no trigger and no table more", async () => {
  const { connection, database } = open();
  await migrate(database);
  const found = connection.prepare("SELECT name FROM sqlite_schema WHERE type <> 'index'").all();
  const names = ["marks", "migrations", "once", "partitions", "references", "sessions"];
  expect(found.map(({ name }) => name).toSorted()).toEqual(names.map((name) => `sojourn_${name}`));
  expect(sqlStore(database).powers).not.toHaveProperty("replica");
});

test("a replicable store without its tables says what is to be done", async () => {
  const { database } = open();
  await migrate(database);
  const store = sqlStore(database, replicable);
  await expect(store.create(recordOf("one"), NOW)).rejects.toThrow("migrate()");
  await expect(store.powers.replica.changesSince(null, 1, NOW)).rejects.toThrow("migrate()");
});

test("sessions and stamps from before are copied too", async () => {
  const { database } = open();
  await migrate(database);
  const before = sqlStore(database);
  await before.create(recordOf("one"), NOW);
  await before.deleteAll("another_user____", NOW);
  expect(await migrate(database, replicable)).toEqual(migrations.map(({ version }) => version));
  expect(await migrate(database, replicable)).toEqual([]);
  const { replica } = sqlStore(database, replicable).powers;
  const outcome = await replica.changesSince(null, 100, NOW);
  expect(outcome).toMatchObject({
    more: false,
    changes: [
      { kind: "record", record: { ...recordOf("one"), version: 1 }, revision: 0 },
      { kind: "not-before", partition: "another_user____", notBefore: NOW },
    ],
  });
});

test("what another process writes that knows nothing of copies is noted as well", async () => {
  const { database, store, follow } = await openReplicable();
  const plain = sqlStore(database);
  await store.create(recordOf("one"), NOW);
  let { next } = await changesFrom(follow, null);
  async function expectChange(write: () => Promise<unknown>, change: object): Promise<void> {
    await write();
    const outcome = await changesFrom(follow, next);
    expect(outcome.changes).toMatchObject([change]);
    next = outcome.next;
  }
  const set = { set: { a: "1" } };
  await expectChange(() => plain.update(recordOf("one"), set, NOW), { revision: NOW + 1 });
  await expectChange(() => plain.create(recordOf("two"), NOW), { kind: "record" });
  await expectChange(() => plain.delete(recordOf("one")), buried(recordOf("one")));
});

test("what somebody removes by hand is noted as well", async () => {
  const { connection, store, follow } = await openReplicable();
  await store.create(recordOf("one"), NOW);
  await store.create(recordOf("two"), NOW);
  const { next } = await changesFrom(follow, null);
  connection.exec("DELETE FROM sojourn_sessions");
  const { changes } = await changesFrom(follow, next);
  expect(changes).toEqual([buried(recordOf("one")), buried(recordOf("two"))]);
});

test("what expires leaves nothing once it is swept", async () => {
  const { count, store } = await openReplicable();
  for (let i = 0; i < 30; i++) await store.create(recordOf(`${i}`), NOW);
  for (let i = 0; i < 10; i++) await store.delete(recordOf(`${i}`));
  await store.deleteAll("another_user____", NOW);
  expect(count("sojourn_changes")).toBe(31);
  const expired = [];
  for (let i = 0; i < 3; i++) expired.push(...(await store.sweep(NOW + HOUR, 10)));
  expect(expired).toHaveLength(20);
  expect(count("sojourn_changes")).toBe(0);
});

test("what idles out leaves no tombstone, whichever way it goes", async () => {
  const { store, follow, count } = await openReplicable();
  const idle = { idleExpiresAt: NOW + 1 };
  for (const name of ["swept", "of all", "replaced"]) await store.create(recordOf(name, idle), NOW);
  const { handle } = recordOf("replaced");
  await store.create(recordOf("new"), NOW + 1, { replaces: handle });
  expect(await store.sweep(NOW + 1, 1)).toHaveLength(1);
  await store.deleteAll(PARTITION, NOW + 1, { except: recordOf("new").handle });
  const { changes } = await changesFrom(follow, null, NOW + 1);
  expect(changes.map(({ kind }) => kind)).toEqual(["record", "not-before"]);
  expect(count("sojourn_changes")).toBe(2);
});

test("a sweep takes at most its limit of tombstones", async () => {
  const { count, store } = await openReplicable();
  for (let i = 0; i < 20; i++) await store.create(recordOf(`${i}`), NOW);
  for (let i = 0; i < 20; i++) await store.delete(recordOf(`${i}`));
  await store.sweep(NOW + HOUR - 1, 100);
  expect(count("sojourn_changes")).toBe(20);
  await store.sweep(NOW + HOUR, 7);
  expect(count("sojourn_changes")).toBe(13);
});

test("a session that is written a thousand times is one place", async () => {
  const { count, store, follow } = await openReplicable();
  await store.create(recordOf("one"), NOW);
  const { next } = await changesFrom(follow, null);
  for (let i = 0; i < 1_000; i++) await store.update(recordOf("one"), { set: { a: `${i}` } }, NOW);
  expect(count("sojourn_changes")).toBe(1);
  const { changes } = await changesFrom(follow, next);
  expect(changes).toMatchObject([{ revision: NOW + 1_000, record: { data: { a: "999" } } }]);
});

test("a cursor outlives the process, and a copy of the file from before does not know it", async () => {
  const [path, backup] = [newFile(), newFile()];
  const first = await openReplicable(path);
  await first.store.create(recordOf("one"), NOW);
  first.connection.exec(`VACUUM INTO '${backup}'`);
  await first.store.create(recordOf("two"), NOW);
  const { next } = await changesFrom(first.follow, null);
  const again = await openReplicable(path);
  expect(await again.follow(next)).toMatchObject({ status: "changes", changes: [] });
  const restored = await openReplicable(backup);
  expect(await restored.follow(next)).toEqual({ status: "too-old" });
});

test("a database that was given a new name knows no earlier cursor", async () => {
  const { connection, store, follow } = await openReplicable();
  await store.create(recordOf("one"), NOW);
  const { next } = await changesFrom(follow, null);
  const [, rename = ""] = readme.match(/`(UPDATE sojourn_replica [^`]+)`/) ?? [];
  connection.exec(rename);
  expect(await follow(next)).toEqual({ status: "too-old" });
  expect((await changesFrom(follow, null)).changes).toHaveLength(1);
});

test("a record that is damaged is not copied, and keeps nothing else from being copied", async () => {
  const { connection, store, follow } = await openReplicable();
  await store.create(recordOf("one"), NOW);
  await store.create(recordOf("two"), NOW);
  connection.exec(`UPDATE sojourn_sessions SET data = '{"a' WHERE handle LIKE 'one%'`);
  const { changes } = await changesFrom(follow, null);
  expect(changes).toMatchObject([{ record: { handle: recordOf("two").handle } }]);
});

test("more states than one transaction takes are all taken", async () => {
  const [source, copy] = [await openReplicable(), await openReplicable()];
  for (let i = 0; i < 230; i++) await source.store.create(recordOf(`${i}`), NOW);
  const { changes } = await changesFrom(source.follow, null);
  const { replica } = copy.store.powers;
  expect(await replica.apply(changes, NOW)).toBe(230);
  expect(await replica.apply(changes, NOW)).toBe(0);
  expect(copy.count("sojourn_sessions")).toBe(230);
});

const folder = new URL("../../migrations/sqlite-replicable/", import.meta.url);

// `vitest run -u` writes them.
test.each(migrations)("the file of migration $version has its statements", async (migration) => {
  const { version, name, statements } = migration;
  const file = `${String(version).padStart(4, "0")}-${name}.sql`;
  const text = [
    ...statements("sojourn_"),
    `INSERT OR IGNORE INTO sojourn_migrations (version) VALUES (${version})`,
  ];
  const sql = text.map((statement) => `${statement};\n`).join("\n");
  await expect(sql).toMatchFileSnapshot(new URL(file, folder).pathname);
});

test("who runs the file has what migrate makes, and migrate knows it", async () => {
  const [byFile, byMigrate] = [open(), open()];
  await migrate(byFile.database);
  for (const file of readdirSync(folder)) {
    byFile.connection.exec(readFileSync(new URL(file, folder), "utf8"));
  }
  expect(await migrate(byFile.database, replicable)).toEqual([]);
  await migrate(byMigrate.database, replicable);
  const [made, expected] = [byFile, byMigrate].map(({ connection }) =>
    connection.prepare("SELECT name, sql FROM sqlite_schema ORDER BY name").all(),
  );
  expect(made).toEqual(expected);
});
