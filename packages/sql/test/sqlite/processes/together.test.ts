import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { newFile } from "../new-file.ts";
import type { ClientName } from "./databases.ts";
import { LIMIT, NOW, PARTITION, recordOf, SHARED } from "./tasks.ts";
import { inProcesses } from "./workers.ts";

const PROCESSES = 4;

async function newStore(journal: string) {
  const path = newFile();
  const connection = new DatabaseSync(path);
  onTestFinished(() => connection.close());
  connection.exec(`PRAGMA journal_mode = ${journal}`);
  const database = sqlite(connection);
  await migrate(database);
  return { path, store: sqlStore(database, { timeLimit: 20_000 }) };
}

const FULL = process.env.SOJOURN_FULL === "1";
const FEW = FULL ? 500 : 100;

const kinds: readonly { client: ClientName; journal: string; logins: number }[] = [
  { client: "node:sqlite", journal: "WAL", logins: 500 },
  ...(FULL ? [{ client: "node:sqlite", journal: "DELETE", logins: FEW } as const] : []),
  { client: "better-sqlite3", journal: "WAL", logins: FEW },
  // What its connections leave behind locks others out of a file without a write-ahead log.
  { client: "@libsql/client", journal: "WAL", logins: FEW },
];

describe.each(kinds)(
  "$client, four processes at once, journal_mode $journal",
  ({ client, journal, logins }) => {
    test(`invariant 6: ${logins} logins of one user leave exactly 5 sessions`, async () => {
      const { path, store } = await newStore(journal);
      const evicted = await inProcesses(PROCESSES, client, path, "login", logins / PROCESSES);
      const left = await store.list(PARTITION, NOW);
      expect(left).toHaveLength(LIMIT);
      // Each of the others is known to one process, and to one only.
      const gone = new Set(evicted.flat());
      expect([gone.size, evicted.flat().length]).toEqual([logins - LIMIT, logins - LIMIT]);
      expect(left.filter(({ handle }) => gone.has(handle))).toEqual([]);
    });

    test("invariant 3: no increment is lost, and no key", async () => {
      const { path, store } = await newStore(journal);
      await store.create(recordOf("shared", { data: { n: "0" } }), NOW);
      await inProcesses(PROCESSES, client, path, "increment", 25);
      await inProcesses(PROCESSES, client, path, "keys", 25);
      const { n, ...keys } = (await store.read(SHARED, NOW))?.data ?? {};
      expect([n, Object.keys(keys).length]).toEqual([String(PROCESSES * 25), PROCESSES * 25]);
    });
  },
);
