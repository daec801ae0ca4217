import {
  InvalidUserIdError,
  type SessionEvent,
  type Sessions,
  type SessionsOptions,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import type { FakeClock } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { clientAt, plant, storedOf } from "./stored.ts";

// Support staff who act as a user: both people are named, and the session is never fresh.
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

type Data = Record<string, unknown>;

interface Stage {
  readonly sessions: Sessions<Data>;
  readonly clock: FakeClock;
  readonly store: ReturnType<typeof memoryStore>;
  readonly token: string;
  readonly handle: string;
}

type Act = (stage: Stage) => Promise<unknown>;

const open: Act = ({ sessions, token }) => sessions.open(token);

/** What brings each event about that names a session. */
const ACTS: Readonly<Record<string, { act: Act; options?: Partial<SessionsOptions<Data>> }>> = {
  session_created: { act: async () => {} },
  session_accessed: { act: open },
  session_renewed: {
    async act({ sessions, token, clock }) {
      await clock.advance(20 * MINUTE);
      await sessions.commit((await sessions.open(token))!);
    },
  },
  session_rotated: {
    act: async ({ sessions, token }) => (await sessions.peek(token))!.rotate(),
  },
  session_reauthenticated: {
    act: async ({ sessions, token }) => (await sessions.peek(token))!.reauthenticate({ aal: 2 }),
  },
  session_locked: {
    act: ({ sessions, handle }) => sessions.requireReauthentication("ada", handle),
  },
  session_unlocked: {
    options: { timeouts: { onIdle: "lock" } },
    async act({ sessions, token, clock }) {
      await clock.advance(HOUR);
      const { session } = sessions.begin({ cookie: `__Host-id=${token}`, secure: true });
      await (await session.locked())!.reopen();
    },
  },
  session_logout: {
    act: async ({ sessions, token }) => (await sessions.peek(token))!.destroy(),
  },
  session_expired: {
    async act({ sessions, clock }) {
      await clock.advance(HOUR);
      await sessions.sweep();
    },
  },
  "session_revoked revoke": { act: ({ sessions, handle }) => sessions.revoke("ada", handle) },
  "session_revoked revoke-all": { act: ({ sessions }) => sessions.revokeAll("ada") },
  "session_revoked credential-change": {
    act: ({ sessions }) => sessions.onCredentialChange("ada"),
  },
  "session_revoked reference": { act: ({ sessions }) => sessions.revokeByReference("idp") },
  "session_revoked replaced": {
    act: async ({ sessions, token }) =>
      sessions.login("grace", { from: (await sessions.peek(token))! }),
  },
  "session_revoked reuse": {
    async act({ sessions, token, clock }) {
      const { token: renewed } = await sessions.renew((await sessions.peek(token))!);
      await sessions.open(renewed!);
      await sessions.drain();
      await clock.advance(2 * MINUTE);
      await sessions.open(token);
    },
  },
  "session_revoked binding": {
    options: { binding: { userAgent: "exact", onMismatch: "revoke" } },
    act: ({ sessions, token }) => sessions.peek(token, { client: clientAt(7, "curl") }),
  },
  "token_refused binding": {
    options: { binding: { userAgent: "exact", onMismatch: "reject" } },
    act: ({ sessions, token }) => sessions.peek(token, { client: clientAt(7, "curl") }),
  },
  "token_refused unknown-secret": {
    async act({ sessions, token }) {
      await (await sessions.peek(token))!.rotate();
      await sessions.peek(token);
    },
  },
  freshness_required: {
    act: async ({ sessions, token }) =>
      sessions
        .begin({ cookie: `__Host-id=${token}`, secure: true })
        .session.requireFresh({ aal: 1 })
        .catch(() => {}),
  },
  grant_redeemed: {
    async act({ sessions, token }) {
      const session = (await sessions.peek(token))!;
      await session.redeem("pay", session.grant("pay"));
    },
  },
  grant_refused: {
    act: async ({ sessions, token }) => (await sessions.peek(token))!.redeem("pay", "x"),
  },
  "ticket_refused spent": {
    async act({ sessions, token }) {
      const ticket = (await sessions.peek(token))!.ticket();
      for (let n = 0; n < 2; n++) await sessions.openTicket(ticket);
    },
  },
  data_invalid: {
    options: {
      data: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            "bad" in (value as Data) ? { issues: [{ message: "no" }] } : { value: value as Data },
        },
      },
    },
    async act({ sessions, token, store, clock }) {
      const [record] = await storedOf(store, "ada", clock.now());
      await plant(store, record!, { data: { bad: "1" } }, clock.now());
      await sessions.peek(token);
    },
  },
};

test.each(Object.entries(ACTS))("%s names both people", async (named, { act, options = {} }) => {
  const [type, reason] = named.split(" ");
  const store = memoryStore();
  const { sessions, clock, events } = harness({ store, impersonation: true, ...options });
  const { session, token } = await sessions.login("ada", {
    impersonator: "support-7",
    reference: "idp",
    client: clientAt(7, "Firefox"),
  });
  await clock.advance(1);
  await act({ sessions, clock, store, token, handle: session.handle });
  await sessions.drain();
  const told = events.filter(
    (event) => event.type === type && (reason === undefined || event.reason === reason),
  );
  expect(told.length).toBeGreaterThan(0);
  const ofIt = (event: SessionEvent) => event.handle === session.handle;
  expect(told.some(ofIt)).toBe(true);
  // Not only this one: all that name the session on the way to it.
  for (const event of events.filter(ofIt)) {
    expect(event).toMatchObject({ userId: "ada", impersonator: "support-7" });
  }
});

test("a login that is refused names both people, too", async () => {
  const { sessions, clock, events } = harness({
    impersonation: true,
    maxPerUser: 1,
    onLimit: "refuse",
  });
  await sessions.open((await sessions.login("ada")).token);
  await sessions.drain();
  const impersonator = "support-7";
  await sessions.login("ada", { impersonator }).catch(() => {});
  expect(events.at(-1)).toMatchObject({ type: "excess_sessions_exceeded", impersonator });
  const authenticatedAt = clock.now() - 1;
  await sessions.revokeAll("ada");
  await sessions.login("ada", { impersonator, authenticatedAt }).catch(() => {});
  expect(events.at(-1)).toMatchObject({ type: "login_refused", userId: "ada", impersonator });
});

test("events of the user's own sessions name nobody else", async () => {
  const { sessions, events } = harness({ impersonation: true });
  const { session, token } = await sessions.login("ada");
  await sessions.open(token);
  await session.reauthenticate();
  await sessions.revokeAll("ada");
  expect(events.length).toBeGreaterThan(3);
  for (const event of events) expect(event.impersonator).toBeNull();
});

test("an impersonated session says so, to the user too, and is never fresh", async () => {
  const { sessions } = harness({ impersonation: true });
  const { session, token } = await sessions.login("ada", { impersonator: "support-7", aal: 3 });
  for (const each of [session, await sessions.peek(token)]) {
    expect(each).toMatchObject({ userId: "ada", impersonator: "support-7" });
    expect(each!.staleness({ maxAge: HOUR })).toBe("impersonated");
  }
  await session.reauthenticate({ aal: 3 });
  expect(session.staleness({ aal: 1 })).toBe("impersonated");
  await session.setLabel("Mine");
  await session.update((data) => (data["impersonator"] = null));
  expect((await sessions.list("ada")).sessions).toMatchObject([{ impersonator: "support-7" }]);
  expect(JSON.parse(JSON.stringify(session))).toMatchObject({ impersonator: "support-7" });
});

test("whoever impersonates is somebody", async () => {
  const { sessions } = harness({ impersonation: true });
  for (const impersonator of ["", "\uD800", 7 as unknown as string]) {
    await expect(sessions.login("ada", { impersonator })).rejects.toThrow(InvalidUserIdError);
  }
  expect((await sessions.list("ada")).sessions).toEqual([]);
});

test("the event of an impersonated session that a login pushes out names both people", async () => {
  const { sessions, clock, events } = harness({ impersonation: true, maxPerUser: 1 });
  const { session } = await sessions.login("ada", { impersonator: "support-7" });
  await clock.advance(MINUTE);
  await sessions.login("ada");
  expect(events.find(({ type }) => type === "excess_sessions_exceeded")).toMatchObject({
    reason: "evict",
    handle: session.handle,
    userId: "ada",
    impersonator: "support-7",
  });
});

test("it has to be enabled: without the option a login that names an impersonator is none", async () => {
  const { sessions } = harness();
  await expect(sessions.login("ada", { impersonator: "support-7" })).rejects.toThrow(
    /impersonation: true/,
  );
  expect((await sessions.list("ada")).sessions).toEqual([]);
});
