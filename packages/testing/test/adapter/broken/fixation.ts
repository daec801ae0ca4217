import { membersOf } from "./members.ts";
import { CarryRefusedError, type SojournError } from "@sojourn/core";
import {
  type BrokenSessions,
  brokenCookie,
  brokenExchange,
  brokenRequest,
  brokenStore,
  ourValues,
  owed,
} from "./broken.ts";

export const brokenFixation: readonly BrokenSessions[] = [
  {
    defect: "lets the token from before the login open the user's session",
    violates: [1],
    make() {
      const opens = new Map<string, string>();
      const aliased = brokenExchange((exchange, { facts }) => ({
        apply(headers) {
          const planted = ourValues(facts.cookie);
          const before = planted.anonymous ?? planted.user;
          const token = owed(exchange)["__Host-id"];
          if (before && token) opens.set(before, token);
          exchange.apply(headers);
        },
      }));
      return {
        sessions(sessions, world) {
          const inner = aliased.sessions?.(sessions, world) ?? sessions;
          return {
            ...inner,
            begin(facts) {
              const { user, anonymous } = ourValues(facts.cookie);
              const alias = opens.get(user ?? anonymous ?? "");
              return inner.begin(alias ? { ...facts, cookie: `__Host-id=${alias}` } : facts);
            },
          };
        },
      };
    },
  },
  {
    defect: "leaves the session from before the login alive",
    violates: [1],
    make: () =>
      brokenStore((store) => ({
        create: (record, now, { limit } = {}) => store.create(record, now, limit && { limit }),
        delete: async () => "deleted",
      })),
  },
  {
    defect: "adopts a token that it did not mint",
    violates: [1],
    make() {
      const adopted = new Map<string, string>();
      return {
        sessions: (sessions) => ({
          ...sessions,
          begin(facts) {
            const { user, anonymous } = ourValues(facts.cookie);
            const presented = anonymous ?? user ?? "";
            const real = adopted.get(presented);
            const cookie = real ? `__Host-id-anon=${real}` : facts.cookie;
            const exchange = sessions.begin({ ...facts, cookie });
            return {
              ...membersOf(exchange),
              apply(headers) {
                const token = owed(exchange)["__Host-id-anon"];
                if (!token || presented.length < 4) return exchange.apply(headers);
                adopted.set(presented, token);
                exchange.apply({
                  get: (name) => headers.get(name),
                  set: (name, value) => headers.set(name, value),
                  append: (name, value) => headers.append(name, value.replace(token, presented)),
                });
              },
            };
          },
        }),
      };
    },
  },
  {
    defect: "has one anonymous session for everybody",
    violates: [1],
    make() {
      let last = "";
      const exchange = brokenExchange((inner) => ({
        apply(headers) {
          last = owed(inner)["__Host-id-anon"] || last;
          inner.apply(headers);
        },
      }));
      const cookie = brokenCookie((sent) => sent || `__Host-id-anon=${last}`);
      return {
        sessions: (sessions, world) => {
          const inner = exchange.sessions?.(sessions, world) ?? sessions;
          return cookie.sessions?.(inner, world) ?? inner;
        },
      };
    },
  },
  {
    defect: "carries everything across a login",
    violates: [1],
    make: () =>
      brokenRequest((session) => ({
        async login(userId, options) {
          const data = (await session.peek())?.data ?? {};
          return session.login(userId, { ...options, carry: Object.keys(data) });
        },
      })),
  },
  {
    defect: "carries nothing across a login",
    violates: [1],
    make: () =>
      brokenRequest((session) => ({
        login: (userId, options) => session.login(userId, { ...options, carry: [] }),
      })),
  },
  {
    defect: "carries another user's data",
    violates: [1],
    make: () =>
      brokenRequest((session) => ({
        login: (userId, options) =>
          session.login(userId, options).catch((error: unknown) => {
            if (!(error instanceof CarryRefusedError)) throw error;
            return session.login(userId);
          }),
      })),
  },
  {
    defect: "deletes the anonymous session whatever was written to it meanwhile",
    violates: [1],
    make: () => brokenStore((store) => ({ delete: (ref) => store.delete(ref) })),
  },
  {
    defect: "gives the token from before a rotate a grace",
    violates: [1],
    make: () =>
      brokenStore((store) => ({
        update(ref, change, now, options) {
          const { credential } = change;
          // A credential that knows one secret only: a rotate.
          if (!credential || credential.to.includes("|"))
            return store.update(ref, change, now, options);
          const [old = ""] = credential.from.split(/[.|]/);
          const to = `${credential.to}||${old}.${now.toString(36)}`;
          return store.update(ref, { ...change, credential: { ...credential, to } }, now, options);
        },
      })),
  },
  {
    defect: "goes on with whoever held the session when it was read",
    violates: [1],
    make() {
      const first = new Map<string, string>();
      return brokenStore((store) => ({
        async read(ref, now) {
          const record = await store.read(ref, now);
          if (record && !first.has(ref.handle)) first.set(ref.handle, record.credential);
          return record;
        },
        async update(ref, change, now, options) {
          const outcome = await store.update(ref, change, now, options);
          if (outcome.status !== "conflict") return outcome;
          const credential = first.get(ref.handle) ?? outcome.record.credential;
          return { ...outcome, record: { ...outcome.record, credential } };
        },
      }));
    },
  },
  {
    defect: "keeps cookies back from a response that failed",
    violates: [1, 5],
    make: () =>
      brokenExchange((exchange) => {
        let failed = false;
        return {
          async finish(result) {
            failed = result?.failed ?? false;
            await exchange.finish(result).catch((error: unknown) => {
              failed = true;
              throw error;
            });
          },
          apply(headers) {
            if (!failed) exchange.apply(headers);
          },
        };
      }),
  },
  {
    defect: "believes the anonymous cookie first",
    violates: [1],
    make: () =>
      brokenCookie((cookie) => {
        const { anonymous } = ourValues(cookie);
        return anonymous ? `__Host-id-anon=${anonymous}` : cookie;
      }),
  },
  {
    defect: "leaves behind what a failed login made",
    violates: [1],
    make: () =>
      brokenStore((store) => ({
        async delete(ref, options) {
          const [record] = await store.list(ref.partition, 0, { limit: 1 });
          return record?.userId && record.lastSeenAt === null ? "gone" : store.delete(ref, options);
        },
      })),
  },
  {
    defect: "signs in first, and sees to the rest afterwards",
    violates: [1],
    make() {
      const opens = new Map<string, string>();
      return {
        sessions: (sessions) => ({
          ...sessions,
          begin(facts) {
            const { user, anonymous } = ourValues(facts.cookie);
            const planted = anonymous ?? user ?? "";
            const alias = opens.get(planted);
            const cookie = alias ? `__Host-id=${alias}` : facts.cookie;
            const exchange = sessions.begin({ ...facts, cookie });
            const { session } = exchange;
            return {
              ...membersOf(exchange),
              session: {
                ...membersOf(session),
                async login(userId, options) {
                  const made = await sessions.login(userId).catch((error: SojournError) => error);
                  if (planted && "token" in made) opens.set(planted, made.token);
                  return session.login(userId, options);
                },
              },
            };
          },
        }),
      };
    },
  },
];
