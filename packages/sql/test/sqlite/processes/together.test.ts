import { migrate, sqlStore } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, onTestFinished, test } from "vitest";
import { newFile } from "../new-file.ts";
import type { ClientName } from "./databases.ts";
import { LIMIT, NOW, PARTITION, recordOf, SHARED } from "./tasks.ts";
import { inProcesses } from "./workers.ts";

/** With node:sqlite, and with the large numbers with each. A process costs more than what it does. */
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

const kinds: readonly {
  client: ClientName;
  journal: string;
  logins: number;
  processes?: number;
}[] = [
  { client: "node:sqlite", journal: "WAL", logins: 500, processes: PROCESSES },
  ...(FULL ? [{ client: "node:sqlite", journal: "DELETE", logins: FEW } as const] : []),
  { client: "better-sqlite3", journal: "WAL", logins: FEW },
  // What its connections leave behind locks others out of a file without a write-ahead log.
  { client: "@libsql/client", journal: "WAL", logins: FEW },
];

describe.each(kinds)(
  "$client, several processes at once, journal_mode $journal",
  ({ client, journal, logins, processes = FULL ? PROCESSES : 2 }) => {
    test(`invariant 6: ${logins} logins of one user leave exactly 5 sessions`, async () => {
      const { path, store } = await newStore(journal);
      const evicted = await inProcesses(processes, client, path, "login", logins / processes);
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
      await inProcesses(processes, client, path, "increment", 25);
      await inProcesses(processes, client, path, "keys", 25);
      const { n, ...keys } = (await store.read(SHARED, NOW))?.data ?? {};
      expect([n, Object.keys(keys).length]).toEqual([String(processes * 25), processes * 25]);
    });
  },
);
