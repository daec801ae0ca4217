// A process with a connection of its own: does one task when it is told to, and tells what came of it.
import { migrate, sqlStore } from "@sojourn/sql";
import { once } from "node:events";
import { DatabaseSync } from "node:sqlite";
import { type ClientName, clients } from "./databases.ts";
import { type TaskName, tasks } from "./tasks.ts";

const [client, path = "", task, me = "", count] = process.argv.slice(2);
const database = clients[client as ClientName](path);
const store = sqlStore(database, { timeLimit: 30_000 });

/** Keeps everybody out until it is told to go on. */
async function lock(): Promise<void> {
  const connection = new DatabaseSync(path, { timeout: 10_000 });
  connection.exec("BEGIN EXCLUSIVE");
  console.log("locked");
  await once(process.stdin, "data");
  connection.exec("ROLLBACK");
}

function run(name: TaskName): Promise<unknown> {
  if (name === "lock") return lock();
  if (name === "migrate") return migrate(database);
  return tasks[name](store, me, Number(count));
}

console.log("ready");
await once(process.stdin, "data");
const result = await run(task as TaskName);
// It may be more than a pipe holds.
process.stdout.write(`done ${JSON.stringify(result ?? null)}\n`, () => process.exit());
