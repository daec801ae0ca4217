import type { PoweredStore } from "@sojourn/core";
import { type SqlPowers, sqlStore } from "@sojourn/sql";
import { describe, expect, onTestFinished, test } from "vitest";
import { admin, open, PATIENT, rowsOf, server, useMariadb } from "./pools.ts";
import { HOUR, NOW } from "./sessions.ts";

useMariadb();

/** Stores of two processes. */
function stores(isolation = "REPEATABLE READ"): readonly PoweredStore<SqlPowers>[] {
  return [0, 1].map(() => {
    const { pool, database, close } = open(server.port);
    onTestFinished(close);
    pool.pool.on("connection", (connection) => {
      connection.query(`SET SESSION TRANSACTION ISOLATION LEVEL ${isolation}`);
    });
    return sqlStore(database, PATIENT);
  });
}

describe.each(["READ UNCOMMITTED", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])(
  "at %s",
  (isolation) => {
    test("of 200 that redeem a key at once exactly one does, also one that was free again", async () => {
      const powers = stores(isolation).map((store) => store.powers);
      for (const [expiresAt, now] of [
        [NOW + 1, NOW],
        [NOW + HOUR, NOW + 1],
      ] as const) {
        const redeemed = await Promise.all(
          Array.from({ length: 200 }, (_, i) => {
            return powers[i % 2]?.once.redeem(`key at ${isolation}`, expiresAt, now);
          }),
        );
        expect(redeemed.filter(Boolean)).toHaveLength(1);
      }
    });

    test("of 200 marks set at once the latest is in force, and nobody is told less", async () => {
      const powers = stores(isolation).map((store) => store.powers);
      const at = (i: number) => NOW + ((i * 37) % 200);
      const told = await Promise.all(
        Array.from({ length: 200 }, (_, i) => powers[i % 2]?.marks.set(isolation, at(i))),
      );
      expect(await powers[0]?.marks.get(isolation)).toBe(NOW + 199);
      expect(told.filter((mark, i) => (mark ?? 0) < at(i))).toEqual([]);
    });
  },
);

async function counts(): Promise<unknown> {
  const [row] = await rowsOf(
    admin.pool,
    `SELECT (SELECT count(*) FROM sojourn_references) AS refs,
      (SELECT count(*) FROM sojourn_once) AS once`,
  );
  return [row?.refs, row?.once];
}

async function clear(): Promise<void> {
  await admin.pool.query("DELETE FROM sojourn_references");
  await admin.pool.query("DELETE FROM sojourn_once");
}

test("a sweep removes the entries that have expired, of each kind at most its limit", async () => {
  const [store, other] = stores();
  await clear();
  const ref = { partition: "a".repeat(16), handle: "b".repeat(22) };
  for (let i = 0; i < 20; i++) {
    await store?.powers.references.add(`name ${i}`, ref, NOW + 1 + (i % 2), NOW);
    await store?.powers.once.redeem(`key ${i}\u0000\ufeff`, NOW + 1 + (i % 2), NOW);
  }
  await store?.sweep(NOW, 100);
  expect(await counts()).toEqual([20, 20]);
  await store?.sweep(NOW + 1, 3);
  expect(await counts()).toEqual([17, 17]);
  await Promise.all([store?.sweep(NOW + 1, 4), other?.sweep(NOW + 1, 3)]);
  await store?.sweep(NOW + 1, 100);
  expect(await counts()).toEqual([10, 10]);
  expect(await other?.powers.once.redeem("key 1\u0000\ufeff", NOW + HOUR, NOW + 1)).toBe(false);
});

test("what has expired is found by an index, and a name by the primary key", async () => {
  await clear();
  await admin.pool.query(`INSERT INTO sojourn_references
    SELECT concat('name ', seq), concat('session ', seq), seq FROM seq_1_to_20000`);
  await admin.pool.query(
    `INSERT INTO sojourn_once SELECT concat('key ', seq), seq FROM seq_1_to_20000`,
  );
  await admin.pool.query("ANALYZE TABLE sojourn_references, sojourn_once");
  const keyOf = async (statement: string) =>
    (await rowsOf(admin.pool, `EXPLAIN ${statement}`))[0]?.key;
  for (const table of ["references", "once"]) {
    const due = `SELECT name FROM sojourn_${table} WHERE expires_at <= 200
      ORDER BY expires_at LIMIT 100 FOR UPDATE SKIP LOCKED`;
    expect(await keyOf(due)).toBe(`sojourn_${table}_expires_at`);
  }
  // A binary column, and what it is compared with a text.
  const named = "SELECT session FROM sojourn_references WHERE name = 'name 7' AND expires_at > 0";
  expect(await keyOf(named)).toBe("PRIMARY");
});
