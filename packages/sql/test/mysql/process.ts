// A process with a pool of its own. It does what it is told, all at once, and says what came of it.
import { once } from "node:events";
import { migrate, sqlStore } from "@sojourn/sql";
import { mysql2 } from "@sojourn/sql/mysql";
import { createPool } from "mysql2/promise";
import { FIVE, NOW, someSession, times } from "./sessions.ts";

export type Task = "evict" | "count" | "migrate";

const [url = "", task, partition = "", handle = "", count = "1"] = process.argv.slice(2);
const pool = createPool({ uri: url });
const database = mysql2(pool);
const store = sqlStore(database, { timeLimit: 30_000 });

async function logIn(): Promise<string[]> {
  const outcomes = await times(Number(count), () =>
    store.create(someSession({ partition }), NOW, { limit: FIVE }),
  );
  return outcomes.flatMap((outcome) => ("evicted" in outcome ? outcome.evicted : outcome.status));
}

/** Raises one number so many times, and writes as many keys of its own. */
async function raise(): Promise<void> {
  await times(Number(count), async (i) => {
    const ref = { partition, handle };
    await store.update(ref, { set: { [`${process.pid}.${i}`]: "1" } }, NOW);
    for (let status = ""; status !== "updated";) {
      const record = await store.read(ref, NOW);
      const text = record?.data.n ?? "0";
      const change = { expect: { n: text }, set: { n: `${Number(text) + 1}` } };
      ({ status } = await store.update(ref, change, NOW));
    }
  });
}

const tasks: Record<Task, () => Promise<unknown>> = {
  evict: logIn,
  count: raise,
  migrate: () => migrate(database),
};

process.send?.("ready");
await once(process, "message");
process.send?.({ result: (await tasks[task as Task]()) ?? null });
await pool.end();
process.disconnect();
