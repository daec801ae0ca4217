import { membersOf } from "./members.ts";
import type { SessionRecord } from "@sojourn/core";
import {
  type BrokenSessions,
  brokenExchange,
  brokenRequest,
  brokenStore,
  ourValues,
  owed,
} from "./broken.ts";

export const brokenResurrection: readonly BrokenSessions[] = [
  {
    defect: "inserts what it cannot update",
    violates: [2],
    make() {
      const known = new Map<string, SessionRecord>();
      return brokenStore((store) => ({
        async read(ref, now) {
          const record = await store.read(ref, now);
          if (record) known.set(ref.handle, record);
          return record;
        },
        async update(ref, change, now, options) {
          const outcome = await store.update(ref, change, now, options);
          const record = known.get(ref.handle);
          if (outcome.status !== "gone" || !record) return outcome;
          await store.create({ ...record, data: { ...record.data, ...change.set } }, now);
          return { status: "updated", version: 1, renewed: true };
        },
      }));
    },
  },
  {
    defect: "answers a dead token with a deletion",
    violates: [2],
    make: () =>
      brokenExchange((exchange, { facts }) => {
        let found = true;
        const { session } = exchange;
        const noted = <T>(result: T): T => {
          found = result !== null;
          return result;
        };
        return {
          session: {
            ...membersOf(session),
            get: async () => noted(await session.get()),
            peek: async () => noted(await session.peek()),
          },
          async finish(result) {
            await exchange.finish(result).catch((error: { code?: string }) => {
              found = error.code !== "session-gone";
              throw error;
            });
          },
          apply(headers) {
            exchange.apply(headers);
            if (found || !facts.cookie || owed(exchange)["__Host-id"]) return;
            headers.append(
              "Set-Cookie",
              "__Host-id=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
            );
          },
        };
      }),
  },
  {
    defect: "deletes the user's cookie where only an anonymous session is found",
    violates: [2],
    make: () =>
      brokenExchange((exchange, { facts }) => ({
        apply(headers) {
          exchange.apply(headers);
          if (!ourValues(facts.cookie).user || !owed(exchange)["__Host-id-anon"]) return;
          headers.append(
            "Set-Cookie",
            "__Host-id=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0",
          );
        },
      })),
  },
  {
    defect: "logs out by deleting the cookie alone",
    violates: [1, 2],
    make: () => brokenStore(() => ({ delete: async () => "deleted" })),
  },
  {
    defect: "deletes a cookie without the attributes that it was set with",
    violates: [2],
    make: () =>
      brokenExchange((exchange) => ({
        apply(headers) {
          exchange.apply({
            get: (name) => headers.get(name),
            set: (name, value) => headers.set(name, value),
            append: (name, value) =>
              headers.append(
                name,
                value.includes("Max-Age=0") ? value.replace("; Secure", "") : value,
              ),
          });
        },
      })),
  },
  {
    defect: "forgets that a user's sessions were revoked",
    violates: [2],
    make: () =>
      brokenStore((store) => ({
        create: (record, now, options) =>
          store.create(
            record.userId ? { ...record, authenticatedAt: now + 1 } : record,
            now,
            options,
          ),
      })),
  },
  {
    defect: "revokes only the sessions that it has seen in use",
    violates: [2],
    make: () =>
      brokenStore((store) => ({
        async deleteAll(partition, now) {
          const seen = (await store.list(partition, now)).filter(({ lastSeenAt }) => lastSeenAt);
          for (const record of seen) await store.delete(record);
          return seen.map(({ handle }) => handle);
        },
      })),
  },
  {
    defect: "tells its listener before it ends a session, and lets the listener fail it",
    violates: [2],
    make: () =>
      brokenRequest((session, { options }) => ({
        async logout() {
          await options.onEvent?.(
            {
              type: "session_logout",
              reason: null,
              at: options.clock?.now() ?? 0,
              handle: null,
              userId: null,
              impersonator: null,
              client: null,
            },
            null,
          );
          await session.logout();
        },
      })),
  },
  {
    defect: "ends a session for whoever names its handle",
    violates: [2],
    make() {
      const owners = new Map<string, string>();
      return {
        ...brokenStore((store) => ({
          create(record, now, options) {
            if (record.userId) owners.set(record.handle, record.userId);
            return store.create(record, now, options);
          },
        })),
        sessions: (sessions) => ({
          ...sessions,
          revoke: (userId, handle) => sessions.revoke(owners.get(handle) ?? userId, handle),
        }),
      };
    },
  },
];
