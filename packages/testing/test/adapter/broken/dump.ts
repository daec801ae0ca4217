import { membersOf } from "./members.ts";
import type { Session } from "@sojourn/core";
import type { StoryData } from "@sojourn/testing/suites";
import {
  type BrokenSessions,
  brokenExchange,
  brokenRequest,
  brokenStore,
  ourValues,
  owed,
} from "./broken.ts";

export const brokenDumps: readonly BrokenSessions[] = [
  {
    defect: "keeps the token in the record",
    violates: [7],
    make() {
      let last = "";
      return {
        ...brokenStore((store) => ({
          update: (ref, change, now, options) =>
            store.update(ref, { ...change, envelope: { facts: hex(last) } }, now, options),
        })),
        ...brokenExchange((exchange) => ({
          apply(headers) {
            last = owed(exchange)["__Host-id"] || last;
            exchange.apply(headers);
          },
        })),
      };
    },
  },
  {
    defect: "logs the token that it refuses",
    violates: [7],
    make: () =>
      brokenExchange((exchange, { facts, options }) => {
        const { user } = ourValues(facts.cookie);
        if (user) options.onWarning?.(`A request with the token ${user}.`);
        return { session: exchange.session };
      }),
  },
  {
    defect: "shows the token when a session is printed",
    violates: [7],
    make: () =>
      brokenRequest((session, { exchange }) => ({
        async login(userId, options) {
          const given = await session.login(userId, options);
          return printing(given, owed(exchange)["__Host-id"] ?? "");
        },
      })),
  },
  {
    defect: "takes a handle for a token",
    violates: [7],
    make() {
      const tokens = new Map<string, string>();
      return {
        sessions: (sessions) => ({
          ...sessions,
          begin(facts) {
            const token = tokens.get(ourValues(facts.cookie).user ?? "");
            const exchange = sessions.begin(
              token ? { ...facts, cookie: `__Host-id=${token}` } : facts,
            );
            return {
              ...membersOf(exchange),
              apply(headers) {
                exchange.apply(headers);
                const made = owed(exchange)["__Host-id"];
                if (made) tokens.set(handleIn(made), made);
              },
            };
          },
        }),
      };
    },
  },
];

function printing<S extends Session<StoryData>>(session: S, token: string): S {
  return new Proxy(session, {
    get(target, key) {
      if (key === "toJSON") return () => ({ ...target.toJSON(), token });
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

function bytesOf(token: string): Uint8Array {
  const text = atob(token.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function hex(token: string): string {
  return [...bytesOf(token)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function handleIn(token: string): string {
  const base64 = btoa(String.fromCharCode(...bytesOf(token).slice(20, 36)));
  return base64.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
