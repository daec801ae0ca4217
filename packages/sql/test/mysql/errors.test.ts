import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import {
  ConfigurationError,
  CorruptRecordError,
  type PoweredStore,
  type Store,
} from "@sojourn/core";
import { startProxy } from "@sojourn/servers";
import { migrate, type SqlPowers, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { runStoreCase, storeCases } from "@sojourn/testing/suites";
import { createConnection, createPool as createCallbackPool } from "mysql2";
import { createPool, createPoolCluster, type PoolOptions } from "mysql2/promise";
import { describe, expect, onTestFinished, test } from "vitest";
import { errorOf } from "../error-of.ts";
import { admin, open, PATIENT, rowsOf, server, useMariadb } from "./pools.ts";
import { HOUR, NOW, someSession } from "./sessions.ts";

const PASSWORD = "a-password-of-the-database";

useMariadb();

function storeAs(pool: PoolOptions, port = server.port, prefix?: string): Store {
  const { database, close } = open(port, pool);
  onTestFinished(close);
  return sqlStore(database, { timeLimit: 5_000, ...(prefix !== undefined && { prefix }) });
}

/** A user who may do nothing yet. */
async function newUser(user: string): Promise<PoolOptions> {
  await admin.pool.query(`CREATE USER ${user}@127.0.0.1 IDENTIFIED BY '${PASSWORD}'`);
  return { user, password: PASSWORD };
}

describe("what the database refuses says what to do, and nothing of what was asked", () => {
  test("without tables: to migrate", async () => {
    const { message } = await errorOf(storeAs({}, server.port, "nobodys_"), [server.url]);
    expect(message).toBe("The database failed (1146). Run migrate() first.");
  });

  test("without permissions: where they are listed", async () => {
    const user = await newUser("newcomer");
    await admin.pool.query("GRANT CREATE ON sojourn.nothing TO newcomer@127.0.0.1");
    const { message } = await errorOf(storeAs(user), [PASSWORD]);
    expect(message).toMatch(/^The database failed \(1142\)\. .* the README lists/);
  });

  test("a user who may not use the database at all", async () => {
    const user = await newUser("stranger");
    const { message } = await errorOf(storeAs(user), [PASSWORD]);
    expect(message).toMatch(/^The database failed \(1044\)\. .* the README lists/);
  });

  test("a user who may make no tables cannot migrate", async () => {
    const user = await newUser("reader");
    await admin.pool.query("GRANT SELECT ON sojourn.* TO reader@127.0.0.1");
    const { database, close } = open(server.port, user);
    onTestFinished(close);
    await expect(migrate(database, { prefix: "theirs_" })).rejects.toThrow(/\(1142\)/);
  });

  test("a wrong password", async () => {
    const user = await newUser("forgetful");
    const password = "a-wrong-password";
    const { message } = await errorOf(storeAs({ ...user, password }), [password]);
    expect(message).toBe("The database failed (1045). It refuses the user or the password.");
  });

  test("a database that is not there", async () => {
    const { message } = await errorOf(storeAs({ database: "none" }));
    expect(message).toBe("The database failed (1049). There is no database of that name.");
  });

  test("a server that is not there", async () => {
    const proxy = await startProxy(server.port);
    await proxy.stop();
    const { message } = await errorOf(storeAs({}, proxy.port), [`${proxy.port}`]);
    expect(message).toBe(
      "The database failed (ECONNREFUSED). Does it run, and is that its address?",
    );
  });

  test("a server that takes no writes: to connect to the primary", async () => {
    const user = await newUser("writer");
    await admin.pool.query("GRANT SELECT, INSERT, UPDATE, DELETE ON sojourn.* TO writer@127.0.0.1");
    await admin.pool.query("SET GLOBAL read_only = 1");
    try {
      await expect(storeAs(user).create(someSession(), NOW)).rejects.toThrow(
        "The database failed (1290). It is read-only, as a replica is: connect to the primary.",
      );
    } finally {
      await admin.pool.query("SET GLOBAL read_only = 0");
    }
  });

  test("a pool that was closed", async () => {
    const { database, close } = open(server.port);
    await close();
    await errorOf(sqlStore(database));
  });
});

/** As the README lists them. */
const GRANTED: Readonly<Record<string, readonly string[]>> = {
  sojourn_sessions: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  sojourn_partitions: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  sojourn_marks: ["SELECT", "INSERT", "UPDATE"],
  sojourn_references: ["SELECT", "INSERT", "UPDATE", "DELETE"],
  sojourn_once: ["SELECT", "INSERT", "UPDATE", "DELETE"],
};
const EACH = Object.entries(GRANTED).flatMap(([table, all]) =>
  all.map((privilege) => ({ table, privilege })),
);

/** A new user who may do what is listed, but for this. */
async function grantedBut(without: Partial<(typeof EACH)[number]> = {}): Promise<PoolOptions> {
  const user = await newUser(`user_${randomBytes(6).toString("hex")}`);
  for (const [table, all] of Object.entries(GRANTED)) {
    const some = all.filter((one) => table !== without.table || one !== without.privilege);
    await admin.pool.query(
      `GRANT ${some.join(", ")} ON sojourn.${table} TO ${user.user}@127.0.0.1`,
    );
  }
  return user;
}

/** All that needs a permission of its own. */
async function everything({ powers, ...store }: PoweredStore<SqlPowers>): Promise<void> {
  const session = someSession();
  const name = randomBytes(16).toString("hex");
  await store.create(session, NOW);
  await store.update(session, { set: { a: "1" } }, NOW);
  await store.deleteAll(session.partition, NOW - 2 * HOUR);
  await store.create(someSession({ expiresAt: NOW - 1 }), NOW - HOUR);
  await powers.marks.set(name, NOW);
  await powers.marks.get(name);
  await powers.references.add(name, session, NOW - 1, NOW - HOUR);
  await powers.references.find(name, NOW);
  await powers.once.redeem(name, NOW - 1, NOW - HOUR);
  await store.sweep(NOW, 10);
}

describe("permissions", () => {
  test("the README lists these, and no others", async () => {
    const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
    for (const [table, all] of Object.entries(GRANTED)) {
      expect(readme).toContain(`GRANT ${all.join(", ")} ON shop.${table} TO `);
    }
  });

  test("with CREATE, SELECT and INSERT one can migrate", async () => {
    const user = await newUser("migrating");
    await admin.pool.query("GRANT CREATE, SELECT, INSERT ON sojourn.* TO migrating@127.0.0.1");
    const { database, close } = open(server.port, user);
    onTestFinished(close);
    const versions = database.migrations.map(({ version }) => version);
    expect(await migrate(database, { prefix: "migrated_" })).toEqual(versions);
  });

  test("with those that the README lists all works", async () => {
    const { database, close } = open(server.port, await grantedBut());
    onTestFinished(close);
    const store = sqlStore(database, PATIENT);
    await everything(store);
    const cases = storeCases.filter(({ title }) =>
      /^(create|update|delete|deleteAll):/.test(title),
    );
    for (const storeCase of cases) {
      if (!/\b\d00\b/.test(storeCase.title)) await runStoreCase(storeCase, async () => ({ store }));
    }
  });

  test.each(EACH)("without $privilege on $table something fails", async (without) => {
    const { database, close } = open(server.port, await grantedBut(without));
    onTestFinished(close);
    await expect(everything(sqlStore(database))).rejects.toThrow(/\(114[23]\)/);
  });
});

test("damaged data is a damaged record for whoever reads or changes it, and can be ended", async () => {
  const store = storeAs({});
  const session = someSession({ data: { key: "1" } });
  for (const damage of ["no JSON", "{", "[]", '"text"', "7", '{"key":1}', ""]) {
    await store.create(session, NOW);
    await admin.pool.execute("UPDATE sojourn_sessions SET data = ? WHERE handle = ?", [
      damage,
      session.handle,
    ]);
    const calls = [
      () => store.read(session, NOW),
      () => store.update(session, { set: { other: "1" } }, NOW),
      () => store.update(session, { expect: { key: "2" } }, NOW),
      () => store.list(session.partition, NOW, { withData: true }),
    ];
    for (const call of calls) await expect(call(), damage).rejects.toThrow(CorruptRecordError);
    expect(await store.list(session.partition, NOW)).toHaveLength(1);
    expect(await store.delete(session)).toBe("deleted");
  }
});

describe("what is no pool of promises is refused, in a sentence that says what to write", () => {
  const uri = "mysql://127.0.0.1:1/none";
  const wrong: readonly (readonly [string, () => unknown, RegExp])[] = [
    ["a pool of callbacks", () => createCallbackPool(uri), /takes callbacks.*pool\.promise\(\)/],
    ["a cluster", () => createPoolCluster(), /nor a cluster.*createPool/],
    ["nothing", () => undefined, /createPool of "mysql2\/promise"/],
    ["a URL", () => uri, /createPool of "mysql2\/promise"/],
  ];

  test.each(wrong)("%s", (_, make, says) => {
    const given = () => mysql2(make() as Parameters<typeof mysql2>[0]);
    expect(given).toThrow(ConfigurationError);
    expect(given).toThrow(says);
  });

  test("a single connection, of either kind", async () => {
    const connection = createConnection({ host: "127.0.0.1", port: server.port, user: "sojourn" });
    await connection.promise().query("SELECT 1");
    onTestFinished(() => connection.destroy());
    const given = (client: unknown) => () => mysql2(client as Parameters<typeof mysql2>[0]);
    expect(given(connection)).toThrow(/takes callbacks/);
    expect(given(connection.promise())).toThrow(/not a single connection/);
  });

  test("a pool, and what promise() makes of one, are taken", async () => {
    const pools = [createPool(uri), createCallbackPool(uri).promise()];
    for (const pool of pools) {
      expect(mysql2(pool).dialect).toBe("mysql");
      await pool.end();
    }
    expect(await rowsOf(admin.pool, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
  });
});
