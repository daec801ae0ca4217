import { membersOf } from "./members.ts";
import type { SessionChange } from "@sojourn/core";
import {
  type BrokenSessions,
  brokenExchange,
  brokenOptions,
  brokenRequest,
  brokenSession,
  brokenStore,
} from "./broken.ts";

export const brokenUpdates: readonly BrokenSessions[] = [
  {
    defect: "writes the whole record as it was read",
    violates: [3],
    make() {
      const read = new Map<string, Readonly<Record<string, string>>>();
      const written = new Set<string>();
      return brokenStore((store) => ({
        async read(ref, now) {
          const record = await store.read(ref, now);
          if (record && !read.has(ref.handle)) read.set(ref.handle, record.data);
          return record;
        },
        update(ref, change, now, options) {
          if (!change.set) return store.update(ref, change, now, options);
          const set = { ...read.get(ref.handle), ...change.set };
          for (const key of Object.keys(set)) written.add(key);
          const unset = [...written].filter((key) => !(key in set));
          return store.update(ref, { ...change, set, unset }, now, options);
        },
      }));
    },
  },
  {
    defect: "lets the last writer win over what it had read",
    violates: [3],
    make: () =>
      brokenStore((store) => ({
        update: (ref, { expect: _expect, ...change }, now, options) =>
          store.update(ref, change, now, options),
      })),
  },
  {
    defect: "takes every write for one that depends on what was read",
    violates: [3],
    make() {
      const read = new Map<string, Readonly<Record<string, string>>>();
      return brokenStore((store) => ({
        async read(ref, now) {
          const record = await store.read(ref, now);
          if (record) read.set(ref.handle, record.data);
          return record;
        },
        async update(ref, change, now, options) {
          const before = read.get(ref.handle);
          const keys = Object.keys(change.set ?? {});
          if (!before || options?.ifVersion) return store.update(ref, change, now, options);
          const expect = Object.fromEntries(keys.map((key) => [key, before[key] ?? null]));
          return store.update(ref, { ...change, expect } satisfies SessionChange, now, options);
        },
      }));
    },
  },
  {
    defect: "knows one way to deal with conflicts",
    violates: [3],
    make: () => brokenOptions(() => ({ onConflict: "error" })),
  },
  {
    defect: "updates whatever the version",
    violates: [3],
    make: () =>
      brokenStore((store) => ({
        update: (ref, change, now, { maxBytes } = {}) =>
          store.update(ref, change, now, maxBytes === undefined ? {} : { maxBytes }),
      })),
  },
  {
    defect: "retries for as long as it takes",
    violates: [3],
    make: () =>
      brokenRequest((session) => ({
        update: (fn) => session.update(fn, { retryFor: 30_000 }),
      })),
  },
  {
    defect: "sees no change inside of a value",
    violates: [3],
    make: () =>
      brokenSession((session) => ({
        get data() {
          return new Proxy(session.data, {
            get: (target, key) => structuredClone(Reflect.get(target, key)) as unknown,
          });
        },
      })),
  },
  {
    defect: "makes a new session for each that is asked for",
    violates: [3],
    make: () =>
      brokenExchange((exchange, { sessions, facts }) => {
        const others: (typeof exchange)[] = [];
        const { session } = exchange;
        const another = async () => {
          if ((await session.peek()) !== null) return session.getOrCreate();
          const other = sessions.begin(facts);
          others.push(other);
          return other.session.getOrCreate();
        };
        return {
          session: {
            ...membersOf(session),
            getOrCreate: another,
            update: async (fn, options) => (await another()).update(fn, options),
          },
          async finish(result) {
            for (const each of [exchange, ...others]) await each.finish(result);
          },
          apply(headers) {
            for (const each of [exchange, ...others]) each.apply(headers);
          },
        };
      }),
  },
];
