import {
  ConfigurationError,
  SessionGoneError,
  type Sessions,
  UnauthenticatedError,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore, type StoreFault } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { inEveryOrder, steppedStore } from "./orders.ts";
import { clientAt } from "./stored.ts";

// The user authenticates again (ASVS 7.2.4, NIST SP 800-63B-4 5.2).
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("NIST 5.2: both deadlines begin anew, under the same handle and a new secret", async () => {
  const { sessions, clock, events } = harness();
  const { session, token } = await sessions.login("ada", { data: { cart: ["socks"] } });
  await clock.advance(50 * MINUTE);
  const opened = await sessions.open(token);
  events.length = 0;
  await opened!.reauthenticate({ aal: 2, factors: ["pwd", "otp"] });
  expect(opened).toMatchObject({
    handle: session.handle,
    aal: 2,
    factors: ["pwd", "otp"],
    authenticatedAt: clock.now(),
    idleExpiresAt: clock.now() + HOUR,
    expiresAt: clock.now() + 24 * HOUR,
    data: { cart: ["socks"] },
  });
  const { token: fresh } = await sessions.commit(opened!);
  const seen = await sessions.peek(fresh!);
  expect(JSON.stringify(seen)).toBe(JSON.stringify(opened));
  expect(events.map(({ type }) => type)).toEqual(["session_rotated", "session_reauthenticated"]);
  expect(events.at(-1)).toMatchObject({ handle: session.handle, userId: "ada", aal: 2 });
});

test("ASVS 7.2.4: every earlier token is dead at once, without a grace", async () => {
  const { sessions, clock } = harness();
  const { session, token } = await sessions.login("ada");
  await clock.advance(MINUTE);
  const { token: renewed } = await sessions.renew(session);
  await sessions.open(renewed!);
  await sessions.drain();
  const holding = await sessions.open(renewed!);
  await holding!.reauthenticate();
  for (const old of [token, renewed!]) expect(await sessions.peek(old)).toBeNull();
});

test("J2: the level is that of the last authentication, down as well as up", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada", { aal: 2, factors: ["pwd", "otp"] });
  await session.reauthenticate({ aal: 3, factors: ["hwk"] });
  expect(session).toMatchObject({ aal: 3, factors: ["hwk"] });
  await session.reauthenticate({ factors: ["pwd"] });
  expect(session).toMatchObject({ aal: 1, factors: ["pwd"] });
  expect((await sessions.list("ada")).sessions[0]).toMatchObject({ aal: 1, factors: ["pwd"] });
});

test("NIST 5.1: what the data says of a level changes nothing", async () => {
  const { sessions } = harness();
  const claims = { aal: 3, a: 3, facts: '{"a":3}', factors: ["hwk"], authenticatedAt: 9e15 };
  const { session, token } = await sessions.login("ada", { data: claims });
  await session.update((data) => Object.assign(data, claims, { userId: "root", locked: false }));
  for (const each of [session, await sessions.peek(token)]) {
    expect(each).toMatchObject({ aal: 1, factors: [], userId: "ada" });
    expect(each!.staleness({ aal: 2 })).toBe("aal");
  }
});

test("a level, or a factor, that there is not is refused, and nothing has changed", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada");
  const wrong = [
    { aal: 0 },
    { aal: 4 },
    { aal: "2" },
    { aal: Number.NaN },
    { aal: null },
    { factors: "pwd" },
    { factors: [""] },
    { factors: ["a b"] },
    { factors: ["x".repeat(33)] },
    { factors: Array.from({ length: 9 }, () => "pwd") },
    { factors: [7] },
    { authenticatedAt: Number.NaN },
    { authenticatedAt: "1800000000000" },
    { authenticatedAt: Infinity },
  ] as object[];
  for (const given of wrong) {
    await expect(session.reauthenticate(given)).rejects.toThrow(ConfigurationError);
    await expect(sessions.login("ada", given)).rejects.toThrow(ConfigurationError);
  }
  expect(await sessions.peek(token)).toMatchObject({ aal: 1, factors: [] });
  expect((await sessions.list("ada")).sessions).toHaveLength(1);
});

test("ASVS 6.8.4: an authentication of long ago is as old as the provider says", async () => {
  const { sessions, clock } = harness();
  const { session } = await sessions.login("ada", { authenticatedAt: clock.now() - HOUR });
  expect(session.staleness({ maxAge: HOUR - 1 })).toBe("stale");
  await session.reauthenticate({ authenticatedAt: clock.now() - 10 * MINUTE });
  expect(session.staleness({ maxAge: 10 * MINUTE })).toBeNull();
  expect(session.staleness({ maxAge: 10 * MINUTE - 1 })).toBe("stale");
  // A provider's clock that is ahead makes nothing fresh for longer.
  await session.reauthenticate({ authenticatedAt: clock.now() + HOUR });
  expect(session.authenticatedAt).toBe(clock.now());
});

test("J1: nobody who has yet to log in can be raised to anything", async () => {
  const { sessions, clock } = harness();
  const { session, token } = await sessions.create({ pending: "ada" });
  await expect(session.reauthenticate({ aal: 2 })).rejects.toThrow(UnauthenticatedError);
  const { session: request } = sessions.begin({ cookie: null, secure: true });
  const unborn = await request.getOrCreate();
  await expect(unborn.reauthenticate({ aal: 2 })).rejects.toThrow(UnauthenticatedError);
  await clock.advance(1);
  expect(await sessions.peek(token)).toMatchObject({ userId: null, authenticatedAt: null, aal: 1 });
});

test("what a request wrote before and after it is saved, and nobody else's writes are lost", async () => {
  const { sessions } = harness();
  const { token } = await sessions.login("ada", { data: { a: 0, b: 0, c: 0 } });
  const mine = await sessions.open(token);
  const other = await sessions.open(token);
  mine!.data["a"] = 1;
  await other!.update((data) => (data["b"] = 1));
  await mine!.reauthenticate({ aal: 2 });
  await mine!.update((data) => {
    data["c"] = (data["b"] as number) + 1;
  });
  const { token: fresh } = await sessions.commit(mine!);
  expect((await sessions.peek(fresh!))?.data).toEqual({ a: 1, b: 1, c: 2 });
  await expect(other!.update((data) => (data["b"] = 7))).rejects.toThrow(SessionGoneError);
  expect(other!.ended).toBe(true);
});

test("a persistent cookie lives for as long as the session then does", async () => {
  const { sessions, clock } = harness({ timeouts: { idle: "none", absolute: "12h" } });
  const { token } = await sessions.login("ada", { persistent: true });
  await clock.advance(5 * HOUR);
  const exchange = sessions.begin({ cookie: `__Host-id=${token}`, secure: true });
  await (await exchange.session.requireUser()).reauthenticate();
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  expect(headers.get("Set-Cookie")).toMatch(/; Max-Age=43200$/);
  expect(headers.get("Cache-Control")).toBe("no-store");
});

test("the session is bound to the client it is reauthenticated from", async () => {
  const { sessions } = harness({ binding: { userAgent: "exact", onMismatch: "reauthenticate" } });
  const { token } = await sessions.login("ada", { client: clientAt(7, "Old") });
  const cookie = `__Host-id=${token}`;
  const { session } = sessions.begin({ cookie, secure: true, client: clientAt(7, "New") });
  expect(await session.get()).toBeNull();
  const locked = await session.locked();
  expect(locked?.reason).toBe("binding");
  await expect(locked!.reopen()).rejects.toMatchObject({ reason: "binding", status: 401 });
  const user = await locked!.reauthenticate({ aal: 2 });
  expect(user.aal).toBe(2);
  expect((await sessions.list("ada")).sessions[0]).toMatchObject({
    client: { userAgent: "New" },
    locked: null,
  });
});

/** What a copy of the old token sees, whenever it looks: never what the owner has just reached. */
async function copySees(sessions: Sessions, token: string): Promise<number | null> {
  const copy = await sessions.peek(token);
  return copy === null ? null : copy.aal;
}

test("a copy of the old token never sees the new level, whatever call fails (invariant 1)", async () => {
  for (const fault of ["fail", "drop-reply"] as StoreFault[]) {
    for (let nth = 1; ; nth++) {
      let counting = false;
      let call = 0;
      const store = faultyStore(memoryStore(), () => (counting && ++call === nth ? fault : null));
      const { sessions } = harness({ store });
      const { token } = await sessions.login("ada", { reference: "idp" });
      const session = await sessions.open(token);
      await sessions.drain();
      counting = true;
      const reached = await session!.reauthenticate({ aal: 2 }).then(
        () => true,
        () => false,
      );
      counting = false;
      expect(await copySees(sessions as Sessions, token)).not.toBe(2);
      const [listed] = (await sessions.list("ada")).sessions;
      if (listed?.aal === 2) expect(await copySees(sessions as Sessions, token)).toBeNull();
      // Whoever authenticated gets the token that is good now, whatever became of the rest.
      const { token: fresh } = await sessions.commit(session!);
      if (fresh !== null) expect(await sessions.peek(fresh)).not.toBeNull();
      if (reached && call < nth) {
        expect(nth).toBeGreaterThan(3);
        break;
      }
    }
  }
});

// `open` notes the new client in the background; `peek` only what the test does with it.
test.each(["peek", "open"] as const)(
  "nor a request that %ss with it meanwhile, in whatever order (invariant 1)",
  async (look) => {
    const levels = new Set<number | null>();
    const orders = await inEveryOrder(async () => {
      const base = memoryStore();
      const { sessions, clock } = harness({ store: base });
      const { token } = await sessions.login("ada", { client: clientAt(7, "Firefox/140.0") });
      const own = (await sessions.open(token))!;
      await sessions.drain();
      await clock.advance(5 * MINUTE);
      const stores = [steppedStore(base), steppedStore(base)];
      const [owner, thief] = stores.map(({ store }) => harness({ store, clock }).sessions);
      const raised = owner!
        .peek(token)
        .then((session) => session?.reauthenticate({ aal: 2 }))
        .then(
          () => true,
          (error: unknown) => {
            expect(error).toBeInstanceOf(SessionGoneError);
            return false;
          },
        );
      const copied = thief!
        [look](token, { client: clientAt(7, "Firefox/140.1") })
        .then(async (it) => {
          if (it === null) return null;
          if (look === "peek") await it.setLabel("Mine").catch(() => {});
          else await thief!.drain();
          return it.aal;
        });
      return {
        stores,
        clock,
        async check() {
          const level = await copied;
          levels.add(level);
          expect(level).not.toBe(2);
          const { sessions: listed } = await sessions.list("ada");
          if (await raised) expect(listed[0]).toMatchObject({ handle: own.handle, aal: 2 });
        },
      };
    });
    expect(orders).toBeGreaterThan(50);
    expect([...levels].sort()).toEqual([1, null].sort());
  },
);

test("of two who reauthenticate with one token, one does", async () => {
  const { sessions } = harness();
  const { token } = await sessions.login("ada");
  const both = await Promise.all([sessions.open(token), sessions.open(token)]);
  const results = await Promise.allSettled(both.map((session) => session!.reauthenticate()));
  expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const lost = results.find(({ status }) => status === "rejected") as PromiseRejectedResult;
  expect(lost.reason).toBeInstanceOf(SessionGoneError);
});

test("one that has ended cannot be reauthenticated back (invariant 2)", async () => {
  for (const end of ["revoke", "revokeAll", "destroy"] as const) {
    for (const operation of ["update", "marks.get"] as const) {
      const store = faultyStore(memoryStore());
      const { sessions } = harness({ store });
      const { session, token } = await sessions.login("ada");
      const mine = await sessions.open(token);
      await sessions.drain();
      const paused = store.pause(operation);
      const failed = mine!.reauthenticate({ aal: 2 });
      await paused.reached;
      if (end === "revoke") await sessions.revoke("ada", session.handle);
      if (end === "revokeAll") await sessions.revokeAll("ada");
      if (end === "destroy") await sessions.destroy(session);
      paused.release();
      await expect(failed).rejects.toThrow(SessionGoneError);
      expect(mine!.ended).toBe(true);
      expect((await sessions.list("ada")).sessions).toEqual([]);
    }
  }
});
