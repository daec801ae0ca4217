import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { expect, onTestFinished, test } from "vitest";
import { newFile } from "../new-file.ts";
import type { ClientName } from "./databases.ts";
import { NOW, PARTITION } from "./tasks.ts";
import { kill, startWorker, type Worker } from "./workers.ts";

const FULL = process.env.SOJOURN_FULL === "1";

/** What a process had been told when it was killed, as far as it could pass it on: the last of each session. */
function acknowledged(lines: readonly string[]): Map<string, number> {
  const words = lines.map((line) => line.split(" "));
  return new Map(
    words.flatMap(([verb, name = "", n]) => (verb === "wrote" ? [[name, Number(n)]] : [])),
  );
}

// And how many sessions each of the two writes at once.
test.each<[ClientName, string, number]>([
  ["node:sqlite", "WAL", 500],
  ["node:sqlite", "DELETE", FULL ? 500 : 50],
  ["better-sqlite3", "WAL", FULL ? 500 : 100],
  ["@libsql/client", "WAL", FULL ? 500 : 100],
])(
  "%s, journal_mode %s: of two processes killed while they wrote, no acknowledged write is missing",
  async (client, journal, sessions) => {
    const path = newFile();
    const setup = new DatabaseSync(path);
    setup.exec(`PRAGMA journal_mode = ${journal}`);
    await migrate(sqlite(setup));
    setup.close();

    const workers = ["a", "b"].map((me) => startWorker(client, path, "write", me, sessions));
    await Promise.all(workers.map(({ ready }) => ready));
    for (const worker of workers) worker.go();
    // Each has written every session, and some of them again.
    const writing = async (worker: Worker) => {
      const writes = () => worker.lines.length;
      await expect.poll(writes, { interval: 1, timeout: 100_000 }).toBeGreaterThan(sessions + 50);
      await kill(worker);
    };
    await Promise.all(workers.map(writing));

    const connection = new DatabaseSync(path);
    onTestFinished(() => connection.close());
    const store = sqlStore(sqlite(connection), { timeLimit: 20_000 });
    const all = await store.list(PARTITION, NOW, { withData: true, limit: 10_000 });
    const found = new Map(all.map(({ handle, data }) => [handle.replace(/-+A$/, ""), data]));
    for (const { lines } of workers) {
      for (const [name, n] of acknowledged(lines)) {
        // Or the next one, which it was not told of any more. Each is there as a whole.
        const { n: stored, m = stored } = found.get(name) ?? {};
        expect([n, n + 1]).toContain(Number(stored));
        expect(m).toBe(stored);
      }
    }
    expect(connection.prepare("PRAGMA integrity_check").all()).toMatchObject([
      { integrity_check: "ok" },
    ]);
  },
);
