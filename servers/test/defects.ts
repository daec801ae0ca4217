import { setImmediate as turn } from "node:timers/promises";
import { type SessionRecord, type Store, wrapStore } from "@sojourn/core";
import type { Rule } from "../load/report.ts";

/** A way to build a store wrongly, and the rules that it breaks under load. */
export interface Defect {
  readonly name: string;
  readonly breaks: readonly Rule[];
  readonly build: (store: Store) => Partial<Store>;
}

/** The same store, at some distance: calls overlap, and overtake each other. */
export function distant(store: Store): Store {
  return wrapStore(store, async (run) => {
    await wander();
    const outcome = await run();
    await wander();
    return outcome;
  });
}

async function wander(): Promise<void> {
  while (Math.random() < 0.5) await turn();
}

const sometimes = (): boolean => Math.random() < 0.1;

export const defects: readonly Defect[] = [
  {
    name: "an update that inserts what is gone",
    breaks: ["resurrection"],
    build(store) {
      const known = new Map<string, SessionRecord>();
      return {
        async read(ref, now) {
          const record = await store.read(ref, now);
          if (record !== null) known.set(ref.handle, record);
          return record;
        },
        async update(ref, change, now, options) {
          const outcome = await store.update(ref, change, now, options);
          const record = known.get(ref.handle);
          if (outcome.status !== "gone" || record === undefined) return outcome;
          await store.create({ ...record, authenticatedAt: null }, now);
          return store.update(ref, change, now, options);
        },
      };
    },
  },
  {
    name: "a create that counts first and inserts then",
    breaks: ["limit"],
    build: (store) => ({
      async create(record, now, { limit, replaces } = {}) {
        const others = await store.list(record.partition, now);
        await wander();
        const evicted = others.slice(0, Math.max(0, others.length + 1 - (limit?.max ?? Infinity)));
        if (evicted.length > 0 && limit?.onLimit === "refuse") return { status: "limit-reached" };
        for (const other of evicted) await store.delete(other);
        const outcome = await store.create(record, now, replaces ? { replaces } : {});
        const handles = evicted.map(({ handle }) => handle);
        return outcome.status === "created" ? { ...outcome, evicted: handles } : outcome;
      },
    }),
  },
  {
    name: "a create that evicts one too many",
    breaks: ["needless"],
    build: (store) => ({
      create(record, now, { limit, ...rest } = {}) {
        const tight = limit && { ...limit, max: limit.max - 1 };
        return store.create(record, now, { ...rest, ...(tight && { limit: tight }) });
      },
    }),
  },
  {
    name: "a create that knows no revocation",
    breaks: ["resurrection"],
    build: (store) => ({
      create: (record, now, options) =>
        store.create({ ...record, authenticatedAt: null }, now, options),
    }),
  },
  {
    name: "a create that is sent again when all is over",
    breaks: ["resurrection"],
    build: (store) => ({
      async create(record, now, options) {
        const outcome = await store.create(record, now, options);
        const again = async () => {
          for (let i = 0; i < 30; i++) await turn();
          await store.create(record, now, options);
        };
        if (sometimes()) again().catch(() => {});
        return outcome;
      },
    }),
  },
  {
    name: "a create that is said to be done and is not",
    breaks: ["missing"],
    build: (store) => ({
      create: async (record, now, options) =>
        sometimes() ? { status: "created", evicted: [] } : store.create(record, now, options),
    }),
  },
  {
    name: "an update that is said to be done and is not",
    breaks: ["lost update"],
    build: (store) => ({
      async update(ref, change, now, options) {
        const record = await store.read(ref, now);
        if (record === null || !sometimes()) return store.update(ref, change, now, options);
        return { status: "updated", version: record.version + 1, renewed: true };
      },
    }),
  },
  {
    name: "an update that writes all that was read",
    breaks: ["lost update"],
    build: (store) => ({
      async update(ref, change, now, options) {
        const record = await store.read(ref, now);
        await wander();
        const { unset = [], set } = change;
        if (record === null || set === undefined) return store.update(ref, change, now, options);
        const data = Object.entries(record.data).filter(([key]) => !unset.includes(key));
        const whole = { ...Object.fromEntries(data), ...set };
        return store.update(ref, { ...change, set: whole }, now, options);
      },
    }),
  },
  {
    name: "an update that doesn't look at the version",
    breaks: ["lost update"],
    build: (store) => ({ update: (ref, change, now) => store.update(ref, change, now) }),
  },
  {
    name: "an update that doesn't look at what it expects",
    breaks: ["lost update"],
    build: (store) => ({
      update: (ref, change, now, options) =>
        store.update(ref, { ...change, expect: {} }, now, options),
    }),
  },
  {
    name: "a renewal that doesn't look at the credential",
    breaks: ["lost update"],
    build: (store) => ({
      async update(ref, change, now, options) {
        const record = await store.read(ref, now);
        const { credential } = change;
        if (record === null || !credential) return store.update(ref, change, now, options);
        const forced = { from: record.credential, to: credential.to };
        return store.update(ref, { ...change, credential: forced }, now, options);
      },
    }),
  },
  {
    name: "an update in two steps",
    breaks: ["unfounded value"],
    build: (store) => ({
      async update(ref, { set = {}, ...change }, now, options) {
        const [first, ...rest] = Object.entries(set);
        if (first === undefined || rest.length === 0) {
          return store.update(ref, { set, ...change }, now, options);
        }
        await store.update(ref, { set: Object.fromEntries([first]) }, now);
        await wander();
        return store.update(ref, { set: Object.fromEntries(rest), ...change }, now, options);
      },
    }),
  },
  {
    name: "an update that is sent again",
    breaks: ["lost update"],
    build: (store) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        const again = async () => {
          for (let i = 0; i < 10; i++) await turn();
          await store.update(ref, change, now, options);
        };
        if (sometimes()) again().catch(() => {});
        return outcome;
      },
    }),
  },
  {
    name: "a version that stays as it is",
    breaks: ["version"],
    build: (store) => ({
      async update(ref, change, now, options) {
        const outcome = await store.update(ref, change, now, options);
        return outcome.status === "updated" ? { ...outcome, version: 2 } : outcome;
      },
    }),
  },
  {
    name: "a read that is late",
    breaks: ["lost update", "resurrection"],
    build(store) {
      const known = new Map<string, SessionRecord>();
      return {
        async read(ref, now) {
          const record = await store.read(ref, now);
          const earlier = known.get(ref.handle);
          if (record !== null) known.set(ref.handle, record);
          return sometimes() && earlier !== undefined ? earlier : record;
        },
      };
    },
  },
  {
    name: "a delete that leaves it there",
    breaks: ["resurrection", "ended twice"],
    build: (store) => ({
      delete: async (ref, options) => (sometimes() ? "deleted" : store.delete(ref, options)),
    }),
  },
  {
    name: "a revocation of all that leaves one",
    breaks: ["resurrection"],
    build: (store) => ({
      async deleteAll(partition, now, options) {
        const [first] = await store.list(partition, now);
        if (first === undefined) return store.deleteAll(partition, now, options);
        return store.deleteAll(partition, now, { except: first.handle });
      },
    }),
  },
  {
    name: "sessions that outlive their time",
    breaks: ["outlived"],
    build: (store) => ({
      create: (record, now, options) => store.create(record, now - 5_000, options),
      read: (ref, now) => store.read(ref, now - 5_000),
      list: (partition, now, options) => store.list(partition, now - 5_000, options),
      update: (ref, change, now, options) => store.update(ref, change, now - 5_000, options),
    }),
  },
];
