import type { PoweredStore } from "@sojourn/core";
import { type PostgresServer, startPostgres } from "@sojourn/servers";
import { migrate, type SqlPowers, sqlStore } from "@sojourn/sql";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { clients, openPg } from "./clients.ts";
import { HOUR, isolations, NOW } from "./world.ts";

let server: PostgresServer;
let admin: Client;

beforeAll(async () => {
  server = await startPostgres();
  admin = new Client(server.url);
  await admin.connect();
  const { database, close } = openPg(server.port);
  await migrate(database);
  await close();
}, 60_000);

afterAll(async () => {
  await admin.end();
  await server.stop();
});

const timeLimit = 20_000;

/** Stores of two processes, each by a client of its own. */
function stores(database = "postgres"): readonly PoweredStore<SqlPowers>[] {
  return Object.values(clients).map((open) => {
    const opened = open(server.port, { database, timeLimit });
    onTestFinished(opened.close);
    return sqlStore(opened.database, { timeLimit });
  });
}

describe.each(Object.entries(isolations))("in a database that is %s", (isolation, name) => {
  beforeAll(async () => {
    if (name !== "postgres") await admin.query(`CREATE DATABASE ${name}`);
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_isolation = '${isolation}'`);
    const { database, close } = openPg(server.port, { database: name });
    await migrate(database);
    await close();
  });

  test("of 200 that redeem a key at once exactly one does, also one that was free again", async () => {
    const powers = stores(name).map((store) => store.powers);
    for (const [expiresAt, now] of [
      [NOW + 1, NOW],
      [NOW + HOUR, NOW + 1],
    ] as const) {
      const redeemed = await Promise.all(
        Array.from({ length: 200 }, (_, i) => powers[i % 2]?.once.redeem("key", expiresAt, now)),
      );
      expect(redeemed.filter(Boolean)).toHaveLength(1);
    }
  });

  test("of 200 marks set at once the latest is in force", async () => {
    const powers = stores(name).map((store) => store.powers);
    await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        powers[i % 2]?.marks.set("mark", NOW + ((i * 37) % 200)),
      ),
    );
    expect(await powers[0]?.marks.get("mark")).toBe(NOW + 199);
  });
});

async function counts(): Promise<unknown> {
  const count = (table: string) => `(SELECT count(*)::int FROM sojourn_${table})`;
  const { rows } = await admin.query(
    `SELECT ${count("references")} AS references, ${count("once")} AS once`,
  );
  return rows[0];
}

test("a sweep removes the entries that have expired, of each kind at most its limit", async () => {
  const [store, other] = stores();
  await admin.query("TRUNCATE sojourn_references, sojourn_once");
  const ref = { partition: "a".repeat(16), handle: "b".repeat(22) };
  for (let i = 0; i < 20; i++) {
    await store?.powers.references.add(`name ${i}`, ref, NOW + 1 + (i % 2), NOW);
    await store?.powers.once.redeem(`key ${i}`, NOW + 1 + (i % 2), NOW);
  }
  await store?.sweep(NOW, 100);
  expect(await counts()).toEqual({ references: 20, once: 20 });
  await store?.sweep(NOW + 1, 3);
  expect(await counts()).toEqual({ references: 17, once: 17 });
  await Promise.all([store?.sweep(NOW + 1, 4), other?.sweep(NOW + 1, 3)]);
  await store?.sweep(NOW + 1, 100);
  expect(await counts()).toEqual({ references: 10, once: 10 });
  expect(await other?.powers.once.redeem("key 1", NOW + HOUR, NOW + 1)).toBe(false);
});
