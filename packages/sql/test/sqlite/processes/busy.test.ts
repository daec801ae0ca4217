import { StoreUnavailableError } from "@sojourn/core";
import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { newFile } from "../new-file.ts";
import { type ClientName, clients } from "./databases.ts";
import { NOW, recordOf } from "./tasks.ts";
import { startWorker } from "./workers.ts";

/** A store in a file, and another process that can keep everybody out of it. */
async function besideAnother(client: ClientName, timeLimit: number) {
  const path = newFile();
  const database = clients[client](path);
  await migrate(database);
  const other = startWorker("node:sqlite", path, "lock", "other", 1);
  await other.ready;
  async function untilPrinted(line: string): Promise<void> {
    await expect.poll(() => other.lines, { timeout: 60_000, interval: 1 }).toContain(line);
  }
  return {
    store: sqlStore(database, { timeLimit }),
    async lock() {
      other.go();
      await untilPrinted("locked");
    },
    unlock: () => other.go(),
  };
}

describe.each(Object.keys(clients) as ClientName[])("%s", (client) => {
  test("a write waits for another process, and other work goes on meanwhile", async () => {
    const { store, lock, unlock } = await besideAnother(client, 20_000);
    await lock();
    let settled = false;
    const created = store.create(recordOf("one"), NOW).finally(() => (settled = true));
    // Were the process held up, neither these turns nor the unlocking would come.
    for (let turn = 0; turn < 100; turn++) await setImmediate();
    expect(settled).toBe(false);
    unlock();
    expect(await created).toEqual({ status: "created", evicted: [] });
    expect(await store.read(recordOf("one"), NOW)).not.toBe(null);
  });

  test("a process may begin while another one is writing", async () => {
    const path = newFile();
    const writing = new DatabaseSync(path);
    onTestFinished(() => writing.close());
    await migrate(sqlite(writing));
    writing.exec("BEGIN EXCLUSIVE");
    const store = sqlStore(clients[client](path), { timeLimit: 20_000 });
    const created = store.create(recordOf("one"), NOW);
    writing.exec("COMMIT");
    expect(await created).toEqual({ status: "created", evicted: [] });
  });

  test("past its time limit it rejects, and has written nothing later", async () => {
    const { store, lock, unlock } = await besideAnother(client, 100);
    await lock();
    await expect(store.create(recordOf("one"), NOW)).rejects.toThrow(StoreUnavailableError);
    await expect(store.read(recordOf("one"), NOW)).rejects.toThrow(StoreUnavailableError);
    unlock();
    await expect
      .poll(() => store.list(recordOf("one").partition, NOW).catch(() => "locked"), {
        timeout: 60_000,
      })
      .toEqual([]);
  });
});

test("a connection that is in somebody else's transaction is refused", async () => {
  const connection = new DatabaseSync(":memory:");
  onTestFinished(() => connection.close());
  const database = sqlite(connection);
  await migrate(database);
  const store = sqlStore(database);
  connection.exec("BEGIN");
  for (const call of [
    () => store.create(recordOf("one"), NOW),
    () => store.deleteAll(recordOf("one").partition, NOW),
  ]) {
    await expect(call()).rejects.toThrow("Give the store a connection of its own.");
  }
  connection.exec("ROLLBACK");
  expect(await store.create(recordOf("one"), NOW)).toMatchObject({ status: "created" });
});
