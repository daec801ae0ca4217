import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Store } from "@sojourn/core";
import type { Client } from "pg";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { LIMIT, NOW, PARTITION, recordOf, SHARED } from "../sqlite/processes/tasks.ts";
import { clients } from "./clients.ts";
import type { Order } from "./process.ts";
import { isFull, isolations, startWorld, type World } from "./world.ts";

const PROCESSES = 4;
const FILE = fileURLToPath(new URL("process.ts", import.meta.url));
const execArgv = ["--conditions=@sojourn/source"];

let world: World;

beforeAll(async () => {
  world = await startWorld();
}, 60_000);
afterAll(() => world.stop());

let children: readonly ChildProcess[] = [];

/** Starts them. They end with the tests that have asked for them. */
async function startProcesses(client: string, database: string): Promise<void> {
  children = Array.from({ length: PROCESSES }, (_, i) =>
    fork(FILE, [client, String(world.server.port), database, `p${i}`], { execArgv }),
  );
  await Promise.all(children.map(message));
}

async function endProcesses(): Promise<void> {
  const ended = children.map((child) => once(child, "exit"));
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(ended);
}

/** All of them do it at the same time. Gives what each of them said. */
async function inProcesses(task: Order["task"], count: number): Promise<unknown[]> {
  const results = Promise.all(children.map(message));
  for (const child of children) child.send({ task, count } satisfies Order);
  return (await results).map((said) => (said as { result: unknown }).result);
}

async function message(child: ChildProcess): Promise<unknown> {
  const listening = new AbortController();
  const { signal } = listening;
  const early = once(child, "exit", { signal }).then(() => Promise.reject(new Error("It ended.")));
  early.catch(() => {});
  try {
    const [said] = await Promise.race([once(child, "message", { signal }), early]);
    return said;
  } finally {
    listening.abort();
  }
}

const all = Object.entries(isolations).flatMap(([isolation, database]) =>
  Object.entries(clients).map(([client, open]) => ({ isolation, database, client, open })),
);
/** One client is as good as the other where it is about processes. */
const kinds = all.filter(({ client, isolation }) => {
  const only = client === "pg" ? "read committed" : "serializable";
  return isFull || isolation === only;
});

describe.each(kinds)(
  "$client, $isolation, four processes at once",
  ({ client, open, database }) => {
    let store: Store;
    let admin: Client;

    beforeAll(async () => {
      store = world.open(open, { database, max: 1, timeLimit: 20_000 });
      admin = await world.connect(database);
      await startProcesses(client, database);
    });
    afterAll(endProcesses);
    beforeEach(() => admin.query("TRUNCATE sojourn_sessions, sojourn_partitions"));

    test("invariant 6: of 500 logins of one user exactly 5 are left where others are evicted", async () => {
      const evicted = (await inProcesses("login", 500 / PROCESSES)).flat();
      const left = await store.list(PARTITION, NOW);
      expect(left).toHaveLength(LIMIT);
      // Each of the others is known to one process, and to one only.
      const gone = new Set(evicted);
      expect([gone.size, evicted.length]).toEqual([500 - LIMIT, 500 - LIMIT]);
      expect(left.filter(({ handle }) => gone.has(handle))).toEqual([]);
    });

    test("invariant 6: of 500 logins of one user exactly 5 are let in where others are refused", async () => {
      const outcomes = (await inProcesses("refuse", 500 / PROCESSES)).flat();
      expect(outcomes.filter((status) => status === "created")).toHaveLength(LIMIT);
      expect(outcomes.filter((status) => status === "limit-reached")).toHaveLength(500 - LIMIT);
      expect(await store.list(PARTITION, NOW)).toHaveLength(LIMIT);
    });

    test("invariant 3: no increment is lost, and no key", async () => {
      await store.create(recordOf("shared", { data: { n: "0" } }), NOW);
      await inProcesses("increment", 25);
      await inProcesses("keys", 25);
      const { n, ...keys } = (await store.read(SHARED, NOW))?.data ?? {};
      expect([n, Object.keys(keys).length]).toEqual([String(PROCESSES * 25), PROCESSES * 25]);
    });

    test("what has expired is swept once, and no more at a time than was asked for", async () => {
      await admin.query(
        `INSERT INTO sojourn_sessions (partition_key, handle, credential, created_at,
         idle_expires_at, expires_at, policy, persistent, version, data)
       SELECT $1, lpad(i::text, 22, 'h'), 'credential', 0, $2, $2, 'default', 0, 1, '{}'
       FROM generate_series(1, 500) AS i`,
        [PARTITION, NOW - 1],
      );
      const given = (await inProcesses("sweep", 20)) as string[][][];
      const handles = given.flat(2);
      expect([handles.length, new Set(handles).size]).toEqual([500, 500]);
      expect(Math.max(...given.flat().map((swept) => swept.length))).toBeLessThanOrEqual(20);
    });

    test("all may migrate at once", async () => {
      // The other client may have been here before.
      const names = ["migrations", "sessions", "partitions", "marks", "references", "once"];
      const tables = names.map((name) => `by_many_${name}`).join(", ");
      await admin.query(`DROP TABLE IF EXISTS ${tables}`);
      const found = await inProcesses("migrate", 0);
      expect(found.flat()).toEqual(expect.arrayContaining([1, 2]));
      const { rows } = await admin.query("SELECT version FROM by_many_migrations ORDER BY version");
      expect(rows).toEqual([{ version: 1 }, { version: 2 }]);
    });
  },
);
