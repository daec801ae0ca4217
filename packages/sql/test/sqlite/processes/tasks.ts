import type { NewSessionRecord, SessionRef, Store } from "@sojourn/core";
import { setImmediate } from "node:timers/promises";

export const NOW = 1_800_000_000_000;
export const HOUR = 3_600_000;
export const LIMIT = 5;

/** All that the processes write is of one user. */
export const PARTITION = "one_user________";

export function handleOf(name: string): string {
  return `${name.padEnd(21, "-")}A`;
}

export function recordOf(name: string, fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    partition: PARTITION,
    handle: handleOf(name),
    userId: "ada",
    credential: "credential",
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

export const SHARED: SessionRef = { partition: PARTITION, handle: handleOf("shared") };

/** What a process does to a store, and tells when it has done it. Each `i` in it is one of `count`. */
export type Task = (store: Store, me: string, count: number) => Promise<unknown>;

const together = <T>(count: number, run: (i: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => run(i)));

export const tasks = {
  /** Logins of one user, all at once; tells who was told that its session had to go. */
  async login(store, me, count) {
    const limit = { max: LIMIT, onLimit: "evict-least-recent" } as const;
    const outcomes = await together(count, (i) =>
      store.create(recordOf(`${me}-${i}`, { lastSeenAt: NOW + i }), NOW, { limit }),
    );
    return outcomes.flatMap((outcome) => ("evicted" in outcome ? outcome.evicted : outcome.status));
  },

  /** Adds one to a number, `count` times, where nobody else has changed it since it was read. */
  async increment(store, _me, count) {
    let refused = 0;
    for (let done = 0; done < count;) {
      const record = await store.read(SHARED, NOW);
      const set = { n: String(Number(record?.data.n) + 1) };
      const options = { ifVersion: record?.version ?? 0 };
      const { status } = await store.update(SHARED, { set }, NOW, options);
      if (status === "updated") done++;
      else refused++;
    }
    return refused;
  },

  /** Writes keys of its own, all at once. */
  async keys(store, me, count) {
    await together(count, (i) => store.update(SHARED, { set: { [`${me}-${i}`]: "1" } }, NOW));
  },

  /** Redeems keys that all processes know, all at once, and tells which were its own. */
  async redeem({ powers }, _me, count) {
    const redeemed = await together(count, async (i) =>
      powers?.once?.redeem(`key ${i}`, NOW + HOUR, NOW),
    );
    return redeemed.flatMap((isOwn, i) => (isOwn ? [i] : []));
  },

  /** Sweeps until there is nothing left, and tells what it was given. */
  async sweep(store, _me, count) {
    const given: string[][] = [];
    for (;;) {
      const swept = await store.sweep(NOW, count);
      if (swept.length === 0) return given;
      given.push(swept.map(({ handle }) => handle));
    }
  },

  /** Writes `count` sessions at once, again and again, and tells each write that was acknowledged. */
  async write(store, me, count) {
    await together(count, async (i) => {
      const created = recordOf(`${me}-${i}`, { data: { n: "0" } });
      await store.create(created, NOW);
      for (let n = 1; ; n++) {
        console.log(`wrote ${me}-${i} ${n - 1}`);
        await setImmediate();
        await store.update(created, { set: { n: String(n), m: String(n) } }, NOW);
      }
    });
  },
} satisfies Record<string, Task>;

export type TaskName = keyof typeof tasks | "lock" | "migrate";
