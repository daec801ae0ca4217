import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CorruptRecordError, type Store } from "@sojourn/core";
import { startProxy, until } from "@sojourn/servers";
import { migrate, sqlStore } from "@sojourn/sql";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { errorOf } from "../error-of.ts";
import { clients, type Open, type Wanted } from "./clients.ts";
import { HOUR, newPartition, NOW, recordOf, startWorld, type World } from "./world.ts";

const USER = "sessions_of_a_shop";
/** Who must have a password. */
const GUARDED = "somebody_guarded";
const PASSWORD = "a-password-of-the-database";

let world: World;

beforeAll(async () => {
  world = await startWorld();
  for (const user of [USER, GUARDED]) {
    await world.admin.query(`CREATE ROLE ${user} LOGIN PASSWORD '${PASSWORD}'`);
  }
  // Others are trusted.
  const rules = join(world.server.folder, "data", "pg_hba.conf");
  const rule = `host all ${GUARDED} 127.0.0.1/32 scram-sha-256\n`;
  await writeFile(rules, rule + (await readFile(rules, "utf8")));
  await world.admin.query("SELECT pg_reload_conf()");
  await until("the rule is in force", async () => {
    const rows = await world.admin.query(
      "SELECT 1 FROM pg_hba_file_rules WHERE $1 = ANY (user_name)",
      [GUARDED],
    );
    return rows.rowCount === 1;
  });
}, 60_000);
afterAll(() => world.stop());

function storeOf(open: Open, port: number, wanted: Wanted = {}, prefix?: string): Store {
  const { timeLimit = 5_000 } = wanted;
  const { database, close } = open(port, { timeLimit, ...wanted });
  onTestFinished(() => close().catch(() => {}));
  return sqlStore(database, { timeLimit, ...(prefix !== undefined && { prefix }) });
}

describe.each(Object.entries(clients))("%s", (_, open) => {
  test("without tables: it says to migrate", async () => {
    const { message } = await errorOf(storeOf(open, world.server.port, {}, "nobody_"));
    expect(message).toBe("The database failed (42P01). Run migrate() first.");
  });

  test("without permissions: it says where they are listed", async () => {
    const { message } = await errorOf(storeOf(open, world.server.port, { user: USER }));
    expect(message).toMatch(/^The database failed \(42501\)\. .* the README lists/);
  });

  test("a user who may make no tables cannot migrate", async () => {
    const { database, close } = open(world.server.port, { user: USER });
    onTestFinished(close);
    await expect(migrate(database, { prefix: "theirs_" })).rejects.toThrow(/\(42501\)/);
  });

  test("a database that is not there", async () => {
    const { message } = await errorOf(storeOf(open, world.server.port, { database: "none" }));
    expect(message).toBe("The database failed (3D000). There is no database of that name.");
  });

  test("a user that is not there", async () => {
    const { message } = await errorOf(storeOf(open, world.server.port, { user: "nobody" }));
    expect(message).toBe("The database failed (28000). It refuses the user or the password.");
  });

  test("a wrong password", async () => {
    const password = `not ${PASSWORD}`;
    const { message } = await errorOf(
      storeOf(open, world.server.port, { user: GUARDED, password }),
      [PASSWORD],
    );
    expect(message).toBe("The database failed (28P01). It refuses the user or the password.");
  });

  test("a server that is not there", async () => {
    const proxy = await startProxy(world.server.port);
    await proxy.stop();
    const { message } = await errorOf(storeOf(open, proxy.port));
    expect(message).toBe(
      "The database failed (ECONNREFUSED). Does it run, and is that its address?",
    );
  });

  test("a database that takes no writes: it says to connect to the primary", async () => {
    await world.admin.query("CREATE DATABASE frozen");
    const wanted = { database: "frozen" };
    const { database, close } = open(world.server.port, wanted);
    await migrate(database);
    await close();
    await world.admin.query("ALTER DATABASE frozen SET default_transaction_read_only = on");
    const store = storeOf(open, world.server.port, wanted);
    await expect(store.create(recordOf(newPartition(), "a"), NOW)).rejects.toThrow(
      "The database failed (25006). It is read-only, as a replica is: connect to the primary.",
    );
    await world.admin.query("DROP DATABASE frozen WITH (FORCE)");
  });

  test("damaged data is a damaged record for whoever reads, compares, measures or writes it", async () => {
    const store = storeOf(open, world.server.port);
    const record = recordOf(newPartition(), "a", { data: { key: "1" } });
    for (const damage of ["no JSON", "{", "[]", '"text"', "7", '{"key":1}', ""]) {
      await store.create(record, NOW);
      await world.admin.query("UPDATE sojourn_sessions SET data = $1 WHERE partition_key = $2", [
        damage,
        record.partition,
      ]);
      const [change, touch] = [
        { set: { other: "1" } },
        { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR },
      ];
      const calls = [
        () => store.read(record, NOW),
        () => store.update(record, { ...change, expect: { key: "2" } }, NOW),
        () => store.update(record, { touch }, NOW, { maxBytes: 1 }),
        () => store.list(record.partition, NOW, { withData: true }),
      ];
      for (const call of calls) {
        await expect(call(), damage).rejects.toThrow(CorruptRecordError);
      }
      // It can be listed and ended.
      expect(await store.list(record.partition, NOW)).toHaveLength(1);
      expect(await store.delete(record)).toBe("deleted");
    }
  });
});
