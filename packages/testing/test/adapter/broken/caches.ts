import type { HeaderEditor } from "@sojourn/core";
import { membersOf } from "./members.ts";
import { type BrokenSessions, brokenExchange, brokenRequest, owed } from "./broken.ts";

export const brokenCaches: readonly BrokenSessions[] = [
  {
    defect: "takes every response for one that asked",
    violates: [10],
    make: () =>
      brokenExchange((exchange) => ({
        apply(headers) {
          exchange.apply(headers);
          headers.set("Cache-Control", "private");
        },
      })),
  },
  {
    defect: "forgets Vary",
    violates: [10],
    make: () => brokenHeaders((headers) => ({ set: skip(headers, "Vary") })),
  },
  {
    defect: "varies only where there is a session",
    violates: [10],
    make: () =>
      brokenExchange((exchange) => {
        let found = false;
        const { session } = exchange;
        const noted = <T>(result: T): T => {
          found = found || result !== null;
          return result;
        };
        return {
          session: {
            ...membersOf(session),
            get: async () => noted(await session.get()),
            peek: async () => noted(await session.peek()),
          },
          apply(headers) {
            if (found || Object.keys(owed(exchange)).length > 0) exchange.apply(headers);
          },
        };
      }),
  },
  {
    defect: "leaves the application's Cache-Control as it is",
    violates: [10],
    make: () => brokenHeaders((headers) => ({ set: skip(headers, "Cache-Control") })),
  },
  {
    defect: "sets its cookie in the place of others",
    violates: [10],
    make: () => brokenHeaders((headers) => ({ append: (name, value) => headers.set(name, value) })),
  },
  {
    defect: "lets scripts read the cookie",
    violates: [10],
    make: () =>
      brokenHeaders((headers) => ({
        append: (name, value) => headers.append(name, value.replace("; HttpOnly", "")),
      })),
  },
  {
    defect: "answers before the session is stored",
    violates: [10],
    make: () =>
      brokenRequest((session) => ({
        async login(userId, options) {
          session.login(userId, options).catch(() => {});
          return (await session.getOrCreate()) as never;
        },
      })),
  },
  {
    defect: "takes what comes after the headers in silence",
    violates: [10],
    make: () =>
      brokenRequest((session) => ({
        get: () => session.get().catch(() => null),
      })),
  },
];

function brokenHeaders(change: (headers: HeaderEditor) => Partial<HeaderEditor>) {
  return brokenExchange((exchange) => ({
    apply(headers) {
      exchange.apply({
        get: (name) => headers.get(name),
        set: (name, value) => headers.set(name, value),
        append: (name, value) => headers.append(name, value),
        ...change(headers),
      });
    },
  }));
}

function skip(headers: HeaderEditor, skipped: string): HeaderEditor["set"] {
  return (name, value) => {
    if (name !== skipped) headers.set(name, value);
  };
}
