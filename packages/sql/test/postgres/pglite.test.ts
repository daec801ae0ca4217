import { PGlite } from "@electric-sql/pglite";
import type { SessionRef } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { pglite } from "@sojourn/sql/postgres";
import { runStoreCase, storeCases, testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll, expect, test, vi } from "vitest";

// Many calls on few connections, on a busy machine: slow is not broken.
vi.setConfig({ testTimeout: 600_000 });

let client: PGlite;

beforeAll(async () => {
  client = new PGlite();
  await migrate(pglite(client));
}, 60_000);
afterAll(() => client.close());

async function damage({ partition, handle }: SessionRef): Promise<void> {
  await client.query(
    "UPDATE sojourn_sessions SET data = 'no record' WHERE partition_key = $1 AND handle = $2",
    [partition, handle],
  );
}

const name = "PGlite";
const factory = async () => ({
  store: sqlStore(pglite(client), { timeLimit: 20_000 }),
  damage,
});

if (process.env.SOJOURN_FULL === "1") {
  testStore(name, factory);
} else {
  // It is slow, and one connection: what meets at once is tried on the server.
  const needs = new Set(["damage", "sweeps", undefined]);
  const cases = storeCases.filter((one) => needs.has(one.needs));
  test.each(cases)(`store: ${name} > $title`, async (storeCase) => {
    expect(await runStoreCase(storeCase, factory, { interleavings: 10 })).toBe("passed");
  });
}
