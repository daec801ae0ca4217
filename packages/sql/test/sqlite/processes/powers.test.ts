import { memoryStore } from "@sojourn/memory";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { newFile } from "../new-file.ts";
import { type ClientName, clients } from "./databases.ts";
import { handleOf, NOW, PARTITION, recordOf, SHARED } from "./tasks.ts";
import { inProcesses } from "./workers.ts";

test.each(Object.keys(clients) as ClientName[])(
  "%s: of four processes that redeem a hundred keys at once each key is redeemed by one",
  async (client) => {
    const path = newFile();
    const connection = new DatabaseSync(path);
    onTestFinished(() => connection.close());
    // Without it libSQL's connections may leave locks behind.
    connection.exec("PRAGMA journal_mode = WAL");
    await migrate(sqlite(connection));
    const redeemed = await inProcesses(4, client, path, "redeem", 100);
    const all = (redeemed as number[][]).flat().toSorted((a, b) => a - b);
    expect(all).toEqual(Array.from({ length: 100 }, (_, i) => i));
  },
);

test("who follows while four processes write has what they wrote", async () => {
  const path = newFile();
  const connection = new DatabaseSync(path);
  onTestFinished(() => connection.close());
  const database = sqlite(connection);
  await migrate(database, { replicable: true });
  const source = sqlStore(database, { replicable: true, timeLimit: 20_000 });
  const copy = memoryStore({ replicable: true });
  await source.create(recordOf("shared"), NOW);

  let cursor: string | null = null;
  let steps = 0;
  async function follow(): Promise<void> {
    for (let more = true; more; steps++) {
      const outcome = await source.powers.replica.changesSince(cursor, 20, NOW);
      if (outcome.status === "too-old") throw new Error("The cursor is from here.");
      await copy.powers.replica.apply(outcome.changes, NOW);
      ({ next: cursor, more } = outcome);
    }
  }
  let writing = true;
  const following = (async () => {
    while (writing) {
      await follow();
      await new Promise((resolve) => setTimeout(resolve));
    }
  })();
  // They know nothing of copies: the triggers do.
  await Promise.all([
    inProcesses(2, "node:sqlite", path, "keys", 50),
    inProcesses(2, "node:sqlite", path, "login", 50),
  ]);
  writing = false;
  await following;
  await follow();

  expect(steps).toBeGreaterThan(10);
  const all = { withData: true };
  const records = await source.list(PARTITION, NOW, all);
  expect(await copy.list(PARTITION, NOW, all)).toEqual(records);
  expect(records).toHaveLength(5);
  // Of those that had to go there are tombstones.
  const names = ["p0", "p1"].flatMap((me) => Array.from({ length: 50 }, (_, i) => `${me}-${i}`));
  const handles = [SHARED.handle, ...names.map(handleOf)];
  const [here, there] = await Promise.all(
    [source, copy].map(({ powers }) => powers.replica.states(PARTITION, handles, NOW)),
  );
  expect(here).toHaveLength(101);
  expect(new Set(there)).toEqual(new Set(here));
});
