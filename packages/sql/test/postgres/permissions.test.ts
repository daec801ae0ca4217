import { readFileSync } from "node:fs";
import type { PoweredStore, SessionRef } from "@sojourn/core";
import { type SqlPowers, sqlStore } from "@sojourn/sql";
import { testMarks, testOnce, testReferences, testStore } from "@sojourn/testing/suites";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { newSession, operations } from "../sqlite/operations.ts";
import { type Opened, openPg } from "./clients.ts";
import { HOUR, isFull, NOW, startWorld, type World } from "./world.ts";

/** What the README tells the reader to type. */
const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");
const grants = [...readme.matchAll(/^GRANT (.+) ON (sojourn_\w+) TO shop;$/gm)].flatMap(
  ([, privileges = "", table = ""]) =>
    privileges.split(", ").map((privilege) => ({ privilege, table })),
);

let world: World;
let opened: Opened;
let store: PoweredStore<SqlPowers>;

beforeAll(async () => {
  world = await startWorld();
  await world.admin.query("CREATE ROLE shop LOGIN");
  for (const { privilege, table } of grants) {
    await world.admin.query(`GRANT ${privilege} ON ${table} TO shop`);
  }
  opened = openPg(world.server.port, { user: "shop", timeLimit: 20_000 });
  store = sqlStore(opened.database, { timeLimit: 20_000 });
}, 60_000);

afterAll(async () => {
  await opened.close();
  await world.stop();
});

describe.runIf(isFull)("the user of the README's GRANTs", () => {
  const name = "PostgreSQL, as the user of the README's GRANTs";
  testStore(name, async () => ({ store }));
  testMarks(name, async () => ({ power: store.powers.marks }));
  testReferences(name, async () => ({ power: store.powers.references }));
  testOnce(name, async () => ({ power: store.powers.once }));
});

const ref: SessionRef = newSession();

/** All that a store can be asked for. */
async function everything(): Promise<void> {
  for (const operation of Object.values(operations)) {
    const record = newSession();
    await store.create(record, NOW);
    await operation(store, record);
  }
  const { marks, references, once } = store.powers;
  await marks.set("name", NOW);
  await marks.get("name");
  await references.add("name", ref, NOW + HOUR, NOW);
  await references.find("name", NOW);
  await references.remove("name", [ref]);
  await once.redeem("key", NOW + HOUR, NOW);
}

test("there are GRANTs in the README, and with them everything works", async () => {
  expect(grants.length).toBeGreaterThan(10);
  await everything();
});

test.each(grants)("without $privilege on $table something does not work", async (grant) => {
  const { privilege, table } = grant;
  await world.admin.query(`REVOKE ${privilege} ON ${table} FROM shop`);
  await expect(everything()).rejects.toThrow("(42501)");
  await world.admin.query(`GRANT ${privilege} ON ${table} TO shop`);
  await everything();
});
