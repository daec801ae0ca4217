// A process with a pool of its own. It does what it is told, and says what came of it.
import { migrate, sqlStore } from "@sojourn/sql";
import { LIMIT, NOW, recordOf, tasks } from "../sqlite/processes/tasks.ts";
import { clients } from "./clients.ts";

const TIME_LIMIT = { timeLimit: 60_000 };

const [client = "", port, databaseName = "", me = ""] = process.argv.slice(2);
const wanted = { ...TIME_LIMIT, database: databaseName, max: 4 };
const { database } = clients[client]!(Number(port), wanted);
const store = sqlStore(database, TIME_LIMIT);

/** Logins of one user, all at once, of which those that are too many are refused. */
async function refuse(count: number): Promise<string[]> {
  const limit = { max: LIMIT, onLimit: "refuse" } as const;
  const outcomes = await Promise.all(
    Array.from({ length: count }, (_, i) => store.create(recordOf(`${me}-${i}`), NOW, { limit })),
  );
  return outcomes.map(({ status }) => status);
}

const own = {
  refuse,
  migrate: () => migrate(database, { prefix: "by_many_" }),
  login: (count) => tasks.login(store, me, count),
  increment: (count) => tasks.increment(store, me, count),
  keys: (count) => tasks.keys(store, me, count),
  sweep: (count) => tasks.sweep(store, me, count),
} satisfies Record<string, (count: number) => Promise<unknown>>;

/** What a process can be told: `count`, how often or how many at a time. */
export interface Order {
  readonly task: keyof typeof own;
  readonly count: number;
}

process.on("message", async ({ task, count }: Order) => {
  process.send?.({ result: (await own[task](count)) ?? null });
});
process.send?.("ready");
