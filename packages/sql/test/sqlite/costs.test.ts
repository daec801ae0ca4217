import { createSessions } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { createClient, fakeClock } from "@sojourn/testing";
import { randomBytes } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newSession, operations } from "./operations.ts";
import { NOW } from "./processes/tasks.ts";
import { recorded } from "./recorded.ts";

const connection = new DatabaseSync(":memory:");
const { database, ran, clear } = recorded(connection);
const store = sqlStore(sqlite(database));

beforeAll(() => migrate(sqlite(database)));
afterAll(() => connection.close());

/** The verbs of the statements that a call runs. */
async function cost(call: () => Promise<unknown>): Promise<string> {
  clear();
  await call();
  return ran.map((sql) => /^\w+/.exec(sql)?.[0]).join(" ");
}

/** One transaction at most, and none where one statement does it all. */
test("what each operation runs", async () => {
  const costs: Record<string, string> = {};
  for (const [name, operation] of Object.entries(operations)) {
    const record = newSession();
    await store.create(record, NOW);
    costs[name] = await cost(() => operation(store, record));
  }
  expect(costs).toEqual({
    "create, anonymous": "INSERT",
    "create, a login": "BEGIN SELECT DELETE INSERT COMMIT",
    "create, a login that replaces": "BEGIN SELECT DELETE INSERT COMMIT",
    read: "SELECT",
    "read of nothing": "SELECT",
    update: "UPDATE",
    "update, guarded": "UPDATE",
    "update, a touch": "UPDATE",
    "update, a renewal": "BEGIN SELECT UPDATE COMMIT",
    "update, a conflict": "UPDATE SELECT",
    "update of nothing": "UPDATE SELECT",
    delete: "DELETE",
    "delete of a version": "DELETE",
    "delete, a conflict": "DELETE SELECT",
    list: "SELECT",
    deleteAll: "BEGIN INSERT DELETE COMMIT",
    // Sessions, stamps of partitions, and what belongs to the powers.
    sweep: "BEGIN DELETE DELETE DELETE DELETE COMMIT",
  });
});

test("invariant 9: a request that reads writes nothing, until the touch interval has passed", async () => {
  const clock = fakeClock();
  const sessions = createSessions({ store, clock, secret: randomBytes(32).toString("base64") });
  const app = sessions.fetch(async (request, { session }) => {
    if (request.url.endsWith("/login")) await session.login("ada");
    return Response.json((await session.get())?.userId ?? null);
  });
  const client = createClient(app);
  const reading = () =>
    cost(async () => {
      expect(await (await client.get("/read")).json()).toBe("ada");
      await sessions.drain();
    });
  await client.get("/login");
  // At the first sight of a new token that is noted.
  expect(await reading()).toMatch(/^SELECT .*UPDATE/);
  for (let i = 0; i < 3; i++) expect(await reading()).toBe("SELECT");
  await clock.advance(60_001);
  // After five seconds whether everyone was revoked is looked up beside the read.
  expect(await reading()).toBe("SELECT SELECT UPDATE");
  expect(await reading()).toBe("SELECT");
});
