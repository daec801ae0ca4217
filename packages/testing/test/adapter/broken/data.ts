import type { RequestSession } from "@sojourn/core";
import type { StoryData } from "@sojourn/testing/suites";
import { membersOf } from "./members.ts";
import { type BrokenSessions, brokenOptions, brokenSession, brokenStore } from "./broken.ts";

export const brokenData: readonly BrokenSessions[] = [
  {
    defect: "takes the user from the data",
    violates: [11],
    make: () =>
      brokenSession((session) => ({
        toJSON: () => ({ ...session.toJSON(), userId: session.data["userId"] ?? session.userId }),
      })),
  },
  {
    defect: "passes over keys that reach a prototype",
    violates: [11],
    make: () =>
      brokenSession((session) => ({
        get data() {
          return new Proxy(session.data, {
            set: (target, key, value) =>
              ["__proto__", "constructor", "prototype"].includes(String(key))
                ? true
                : Reflect.set(target, key, value),
          });
        },
      })),
  },
  {
    defect: "stores what JSON makes of a value",
    violates: [11],
    make: () =>
      brokenSession((session) => ({
        get data() {
          return new Proxy(session.data, {
            set: (target, key, value) => Reflect.set(target, key, throughJson(value)),
          });
        },
      })),
  },
  {
    defect: "stores texts as Latin 1",
    violates: [11],
    make: () =>
      brokenStore((store) => ({
        create: (record, now, options) =>
          store.create({ ...record, data: latin1(record.data) }, now, options),
      })),
  },
  {
    defect: "does not ask the schema",
    violates: [11],
    make: () => brokenOptions(() => ({ data: undefined as never })),
  },
  {
    defect: "drops data that the schema refuses, whatever it was told",
    violates: [11],
    make: () => brokenOptions(() => ({ onInvalidData: "drop" })),
  },
  {
    defect: "shares a default between sessions",
    violates: [11],
    make() {
      const shared: unknown[] = [];
      return brokenSession((session) => ({
        get data() {
          return new Proxy(session.data, {
            get: (target, key) => (key === "list" ? shared : Reflect.get(target, key)),
          });
        },
      }));
    },
  },
  {
    defect: "knows no bounds",
    violates: [11],
    make: () => brokenOptions(() => ({ maxBytes: 1_000_000, maxKeyBytes: 1_000_000 })),
  },
  {
    defect: "leaves the bound of what is merged to the requests",
    violates: [11],
    make: () =>
      brokenStore((store) => ({
        update: (ref, change, now, { maxBytes: _maxBytes, ...options } = {}) =>
          store.update(ref, change, now, options),
      })),
  },
  {
    defect: "saves what a failed request changed",
    violates: [11],
    make: () => brokenOptions(() => ({ saveOnError: true })),
  },
  {
    defect: "has one current session for the whole process",
    violates: [11],
    make: () => ({
      sessions(sessions) {
        let current: RequestSession<StoryData>;
        return {
          ...sessions,
          begin(facts) {
            const exchange = sessions.begin(facts);
            current = exchange.session;
            const session = {
              ...membersOf(exchange.session),
              getOrCreate: async () => {
                await new Promise((resolve) => setTimeout(resolve, 0));
                return current.getOrCreate();
              },
              peek: async () => {
                await new Promise((resolve) => setTimeout(resolve, 0));
                return current.peek();
              },
            };
            return { ...membersOf(exchange), session };
          },
        };
      },
    }),
  },
];

function throughJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value)) as unknown;
  } catch {
    return null;
  }
}

function latin1(data: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(data).map(([key, text]) => [
      key,
      // oxlint-disable-next-line no-control-regex
      text.replace(/[^\u0000-\u00ff]/g, "?"),
    ]),
  );
}
