import { membersOf } from "./members.ts";
import type { SessionsOptions, TimeoutOptions } from "@sojourn/core";
import type { StoryData } from "@sojourn/testing/suites";
import {
  type BrokenSessions,
  brokenExchange,
  brokenOptions,
  brokenRequest,
  brokenStore,
} from "./broken.ts";

export const brokenTimeouts: readonly BrokenSessions[] = [
  {
    defect: "knows no idle timeout",
    violates: [4],
    make: () =>
      brokenOptions(({ timeouts }) => ({ timeouts: { ...single(timeouts), idle: "none" } })),
  },
  {
    defect: "moves the absolute deadline with every touch",
    violates: [4],
    make: () =>
      brokenStore((store) => ({
        update(ref, change, now, options) {
          const envelope = { authenticatedAt: now, expiresAt: now + 86_400_000 };
          return store.update(ref, change.touch ? { ...change, envelope } : change, now, options);
        },
      })),
  },
  {
    defect: "takes looking for activity",
    violates: [4],
    make: () => brokenRequest((session) => ({ peek: () => session.get() })),
  },
  {
    defect: "touches with every request",
    violates: [4],
    make: () => brokenOptions(({ timeouts }) => ({ timeouts: { ...single(timeouts), touch: 1 } })),
  },
  {
    defect: "lets a touch count for longer than it lasts",
    violates: [4],
    make: () =>
      brokenStore((store) => ({
        update(ref, change, now, options) {
          const { touch } = change;
          if (!touch) return store.update(ref, change, now, options);
          const later = {
            lastSeenAt: touch.lastSeenAt + 60_000,
            idleExpiresAt: touch.idleExpiresAt + 60_000,
          };
          return store.update(ref, { ...change, touch: later }, now, options);
        },
      })),
  },
  {
    defect: "waits for its touches",
    violates: [4],
    make: () =>
      brokenExchange((exchange, { sessions }) => ({
        async finish(result) {
          await exchange.finish(result);
          await sessions.drain();
        },
      })),
  },
  {
    defect: "goes by the timeouts that it began with",
    violates: [4],
    make() {
      let first: SessionsOptions<StoryData>["timeouts"] | null = null;
      return brokenOptions(({ timeouts }) => ({ timeouts: (first ??= timeouts ?? "aal2") }));
    },
  },
  {
    defect: "leaves the end of a session to the cookie",
    violates: [4],
    make: () =>
      brokenOptions(({ timeouts }) => {
        const endless = { absolute: "400d", idle: "none" } as const;
        const several = typeof timeouts === "object" && "default" in timeouts;
        return { timeouts: several ? { default: endless, remembered: endless } : endless };
      }),
  },
];

export const brokenRenewals: readonly BrokenSessions[] = [
  {
    defect: "lets everybody renew who finds it due",
    violates: [5],
    make: () =>
      brokenStore((store) => ({
        async update(ref, change, now, options) {
          const { credential } = change;
          if (!credential) return store.update(ref, change, now, options);
          const from = (await store.read(ref, now))?.credential ?? credential.from;
          return store.update(
            ref,
            { ...change, credential: { ...credential, from } },
            now,
            options,
          );
        },
      })),
  },
  {
    defect: "ends the old secret when it mints the new one",
    violates: [5],
    make: () =>
      brokenStore((store) => ({
        update(ref, change, now, options) {
          const { credential } = change;
          const unseen = credential?.to.split("|")[1];
          if (!credential || !unseen) return store.update(ref, change, now, options);
          return store.update(
            ref,
            { ...change, credential: { ...credential, to: unseen } },
            now,
            options,
          );
        },
      })),
  },
  {
    defect: "knows no grace",
    violates: [5],
    make: () => brokenOptions(({ timeouts }) => ({ timeouts: { ...single(timeouts), grace: 1 } })),
  },
  {
    defect: "judges the grace when the session is loaded",
    violates: [5],
    make: () => ({
      sessions: (sessions) => ({
        ...sessions,
        begin(facts) {
          let exchange: ReturnType<typeof sessions.begin> | undefined;
          const late = () => (exchange ??= sessions.begin(facts));
          return {
            get session() {
              const { session } = sessions.begin(facts);
              return { ...membersOf(session), get: () => late().session.get() };
            },
            get asked() {
              return late().asked;
            },
            refusal: null,
            finish: (result) => late().finish(result),
            apply: (headers) => late().apply(headers),
          };
        },
      }),
    }),
  },
  {
    defect: "forgets the secrets that it replaced",
    violates: [5],
    make: () =>
      brokenStore((store) => ({
        update(ref, change, now, options) {
          const { credential } = change;
          if (!credential) return store.update(ref, change, now, options);
          const to = credential.to.split("|").slice(0, 2).join("|").replace(/\|$/, "");
          return store.update(ref, { ...change, credential: { ...credential, to } }, now, options);
        },
      })),
  },
  {
    defect: "refuses a token that was used again, and leaves it at that",
    violates: [5],
    make: () => brokenOptions(() => ({ onReuse: "refuse" })),
  },
  {
    defect: "revokes whatever it was asked to do about reuse",
    violates: [5],
    make: () => brokenOptions(() => ({ onReuse: "revoke" })),
  },
  {
    defect: "ends a session for a secret that it does not know",
    violates: [5],
    make() {
      let revoke = (_userId: string, _handle: string): unknown => null;
      return {
        options: (options) => ({
          ...options,
          onEvent(event, client) {
            const { type, reason, userId, handle } = event;
            if (type === "token_refused" && reason === "unknown-secret" && userId && handle) {
              revoke(userId, handle);
            }
            return options.onEvent?.(event, client);
          },
        }),
        sessions(sessions) {
          revoke = (userId, handle) => sessions.revoke(userId, handle);
          return sessions;
        },
      };
    },
  },
];

function single(timeouts: SessionsOptions<StoryData>["timeouts"]): TimeoutOptions {
  return typeof timeouts === "object" && !("default" in timeouts) ? timeouts : {};
}
