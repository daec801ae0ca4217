import type { PoweredStore } from "@sojourn/core";
import type { SqlDatabase } from "@sojourn/sql";
import { sqlite } from "@sojourn/sql/sqlite";
import { DatabaseSync } from "node:sqlite";
import { newFile } from "./new-file.ts";

/**
 * What two processes have of one file, as suites of powers want it: `powerOf` a store on a connection of
 * its own for each, after `prepare`.
 */
export async function twoProcesses<Power extends object, Store extends PoweredStore>(
  prepare: (database: SqlDatabase) => Promise<unknown>,
  storeOf: (database: SqlDatabase, timeLimit: number) => Store,
  powerOf: (store: Store) => Power,
) {
  const path = newFile();
  const [client, other] = [new DatabaseSync(path), new DatabaseSync(path)];
  for (const one of [client, other]) one.exec("PRAGMA synchronous = OFF");
  const database = sqlite(client);
  await prepare(database);
  // So many calls at once take their time; of a locked file one sees enough soon.
  const patient = powerOf(storeOf(database, 20_000));
  const hasty = powerOf(storeOf(database, 50));
  let inUse = patient;
  return {
    power: new Proxy(patient, { get: (_, name) => Reflect.get(inUse, name) }),
    peer: powerOf(storeOf(sqlite(other), 20_000)),
    disconnect: async () => client.close(),
    async stall() {
      other.exec("BEGIN EXCLUSIVE");
      inUse = hasty;
    },
    async close() {
      for (const one of [client, other]) if (one.isOpen) one.close();
    },
  };
}
