import type { SessionRef } from "@sojourn/core";
import { migrate, type SqlDatabase, sqlStore } from "@sojourn/sql";
import { sqlite, type EmbeddedSqlite } from "@sojourn/sql/sqlite";
import type { StoreFactory } from "@sojourn/testing/suites";
import { vi } from "vitest";
import { newFile } from "./new-file.ts";

// Twenty thousand calls for one case, on a machine that does other things as well.
vi.setConfig({ testTimeout: 600_000 });

/** An open file, and what may be done to it. */
export interface OpenFile {
  readonly database: SqlDatabase;
  /** On a connection of its own. */
  run(sql: string, ...values: string[]): Promise<unknown> | void;
  /** Lets nobody else read or write, as long as it is open. */
  lock(): Promise<unknown> | void;
  close(): void;
  closeAll(): void;
}

export type Embedded = EmbeddedSqlite & { close(): void };

/** A file, opened twice by the same client. */
export function openTwice(open: (path: string) => Embedded): OpenFile {
  const path = newFile();
  const [client, other] = [open(path), open(path)];
  // The suite is about what a store answers. What it survives is tested with more care.
  client.prepare("PRAGMA synchronous = OFF").run();
  return {
    database: sqlite(client),
    run: (sql, ...values) => void other.prepare(sql).run(...values),
    // In a file with a rollback journal, which it has unless one says otherwise.
    lock: () => void other.prepare("BEGIN EXCLUSIVE").run(),
    close: () => client.close(),
    closeAll: () => [client, other].forEach(closeQuietly),
  };
}

function closeQuietly(client: Embedded): void {
  try {
    client.close();
  } catch {
    // It was closed by a test.
  }
}

/** For `testStore`, with all that it can ask for. */
export function underTest(
  openFile: () => Promise<OpenFile> | OpenFile,
  options: { readonly replicable?: boolean } = {},
): StoreFactory {
  return async () => {
    const file = await openFile();
    await migrate(file.database, options);
    // So many calls at once take their time; of a file that somebody else has locked one sees enough soon.
    const patient = sqlStore(file.database, { ...options, timeLimit: 20_000 });
    const hasty = sqlStore(file.database, { ...options, timeLimit: 50 });
    let inUse = patient;
    return {
      store: new Proxy(patient, { get: (_, name) => Reflect.get(inUse, name) }),
      async damage({ handle }: SessionRef) {
        await file.run("UPDATE sojourn_sessions SET data = '{\"a' WHERE handle = ?", handle);
      },
      async disconnect() {
        file.close();
      },
      async stall() {
        await file.lock();
        inUse = hasty;
      },
      async close() {
        file.closeAll();
      },
    };
  };
}
