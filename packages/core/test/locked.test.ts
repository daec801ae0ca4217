import {
  ConfigurationError,
  createSessions,
  ReauthenticationRequiredError,
  SessionGoneError,
  type TimeoutsOption,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";
import { storedOf } from "./stored.ts";

// A session that was idle for too long, and that one factor reopens (NIST SP 800-63B-4 2.2.3).
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const TIMEOUTS: TimeoutsOption = { idle: "30m", absolute: "12h", onIdle: "lock" };

function setUp(timeouts: TimeoutsOption = TIMEOUTS) {
  const store = faultyStore(memoryStore());
  const all = harness({ store, timeouts });
  return { store, ...all };
}

function request(sessions: ReturnType<typeof setUp>["sessions"], token: string) {
  return sessions.begin({ cookie: `__Host-id=${token}`, secure: true });
}

/** What a response brings, if anything. */
async function answered(exchange: ReturnType<typeof request>): Promise<string | null> {
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  return /__Host-id=([^;]*)/.exec(headers.get("Set-Cookie") ?? "")?.[1] ?? null;
}

describe("NIST 2.2.3: a session that was idle for too long", () => {
  test("is readable 1 ms before, and by no way at the idle timeout", async () => {
    const { sessions, clock, events } = setUp();
    const { session, token } = await sessions.login("ada", { data: { diary: "secret" } });
    const ticket = session.ticket();
    await clock.advance(30 * MINUTE - 1);
    expect((await sessions.peek(token))?.data).toEqual({ diary: "secret" });
    expect(await request(sessions, token).session.peek()).not.toBeNull();
    await clock.advance(1);
    events.length = 0;
    expect(await sessions.peek(token)).toBeNull();
    expect(await sessions.open(token)).toBeNull();
    expect(await sessions.openTicket(ticket)).toBeNull();
    const exchange = request(sessions, token);
    expect(await exchange.session.get()).toBeNull();
    expect(await exchange.session.peek()).toBeNull();
    for (const refused of [
      exchange.session.requireUser(),
      exchange.session.requireUser({ redirectTo: "/login" }),
      exchange.session.requireFresh({ aal: 1 }),
      exchange.session.list(),
      exchange.session.revoke(session.handle),
      exchange.session.revokeOthers(),
    ]) {
      await expect(refused).rejects.toThrow(ReauthenticationRequiredError);
      await expect(refused).rejects.toMatchObject({ status: 401, reason: "idle" });
    }
    const stranger = await exchange.session.getOrCreate();
    expect(stranger).toMatchObject({ userId: null, data: {} });
    expect(JSON.stringify(await exchange.session.locked())).not.toContain("secret");
    expect((await sessions.list("ada")).sessions).toMatchObject([
      { handle: session.handle, locked: "idle" },
    ]);
    expect(await answered(exchange)).toBeNull();
    const told = events.filter(({ type }) => type === "session_locked");
    expect(told[0]).toMatchObject({ reason: "idle", handle: session.handle, userId: "ada" });
    expect(events.some(({ type }) => type === "session_accessed")).toBe(false);
  });

  test("a ticket for it opens nothing", async () => {
    const { sessions, clock } = setUp({ idle: "30s", absolute: "12h", onIdle: "lock" });
    const { session } = await sessions.login("ada");
    const ticket = session.ticket();
    await clock.advance(30_000);
    expect(await sessions.openTicket(ticket)).toBeNull();
  });

  test("looking does not keep it open, nor does a renewal", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.login("ada");
    for (let minute = 0; minute < 30; minute++) {
      expect(await sessions.peek(token)).not.toBeNull();
      await clock.advance(MINUTE);
    }
    expect(await sessions.peek(token)).toBeNull();
  });

  test("reopens: the idle deadline moves, nothing else, and the old token is dead", async () => {
    const { sessions, clock, events } = setUp();
    const createdAt = clock.now();
    const { session, token } = await sessions.login("ada", {
      aal: 2,
      factors: ["pwd", "otp"],
      data: { diary: "secret" },
      persistent: true,
    });
    await clock.advance(HOUR);
    events.length = 0;
    const exchange = request(sessions, token);
    const locked = await exchange.session.locked();
    expect(locked).toMatchObject({ handle: session.handle, userId: "ada", reason: "idle" });
    const user = await locked!.reopen();
    expect(user).toMatchObject({
      data: { diary: "secret" },
      createdAt,
      authenticatedAt: createdAt,
      aal: 2,
      factors: ["pwd", "otp"],
      idleExpiresAt: clock.now() + 30 * MINUTE,
      expiresAt: createdAt + 12 * HOUR,
    });
    expect(user.staleness({ maxAge: HOUR - 1 })).toBe("stale");
    expect((await exchange.session.get())?.handle).toBe(session.handle);
    expect(await exchange.session.locked()).toBeNull();
    expect(await sessions.peek(token)).toBeNull();
    const fresh = await answered(exchange);
    expect(await sessions.peek(fresh!)).toMatchObject({ idleExpiresAt: clock.now() + 30 * MINUTE });
    const types = events.map(({ type }) => type);
    expect(types.filter((type) => type !== "token_refused")).toEqual([
      "session_locked",
      "session_rotated",
      "session_unlocked",
    ]);
    // And it locks again.
    await clock.advance(30 * MINUTE);
    expect(await sessions.peek(fresh!)).toBeNull();
  });

  test("ends at the absolute timeout all the same, locked or reopened", async () => {
    for (const reopen of [false, true]) {
      const { sessions, clock, store, events } = setUp();
      const { session, token } = await sessions.login("ada");
      await clock.advance(12 * HOUR - 1);
      const exchange = request(sessions, token);
      const locked = await exchange.session.locked();
      expect(locked?.reason).toBe("idle");
      let fresh: string | null = null;
      if (reopen) {
        expect((await locked!.reopen()).idleExpiresAt).toBe(clock.now() + 1);
        fresh = await answered(exchange);
        expect(await sessions.peek(fresh!)).not.toBeNull();
      }
      await clock.advance(1);
      for (const each of [token, ...(fresh === null ? [] : [fresh])]) {
        expect(await request(sessions, each).session.locked()).toBeNull();
        expect(await sessions.open(each)).toBeNull();
      }
      expect((await sessions.list("ada")).sessions).toEqual([]);
      expect(await storedOf(store, "ada", clock.now())).toEqual([]);
      expect(await sessions.sweep()).toBe(1);
      expect(events.at(-1)).toMatchObject({
        type: "session_expired",
        reason: "absolute",
        handle: session.handle,
      });
    }
  });

  test("a full reauthentication opens it as well, and begins both deadlines anew", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.login("ada");
    await clock.advance(HOUR);
    const exchange = request(sessions, token);
    const user = await (await exchange.session.locked())!.reauthenticate({ aal: 2 });
    expect(user).toMatchObject({ aal: 2, expiresAt: clock.now() + 12 * HOUR });
    expect(await exchange.session.requireFresh({ maxAge: 0, aal: 2 })).toBe(user);
    expect(await sessions.peek((await answered(exchange))!)).not.toBeNull();
  });

  test("logs out, and logs in anew, like any other", async () => {
    const { sessions, clock, store } = setUp();
    const { token } = await sessions.login("ada", { data: { cart: ["socks"] } });
    await clock.advance(HOUR);
    const exchange = request(sessions, token);
    const { data } = await exchange.session.login("ada", { carry: ["cart"] });
    expect(data).toEqual({ cart: ["socks"] });
    expect(await storedOf(store, "ada", clock.now())).toHaveLength(1);
    const fresh = await answered(exchange);
    await clock.advance(HOUR);
    const leaving = request(sessions, fresh!);
    await leaving.session.logout();
    expect(await answered(leaving)).toBe("");
    expect(await storedOf(store, "ada", clock.now())).toEqual([]);
  });

  test("gives nothing to somebody else who logs in with its cookie", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.login("ada", { data: { diary: "secret" } });
    await clock.advance(HOUR);
    const exchange = request(sessions, token);
    const stolen = exchange.session.login("mallory", { carry: ["diary"] });
    await expect(stolen).rejects.toMatchObject({ code: "carry-refused" });
    const { data } = await exchange.session.login("mallory");
    expect(data).toEqual({});
    expect((await sessions.list("ada")).sessions).toEqual([]);
  });

  test("stays closed where it was ended or opened meanwhile (invariant 2)", async () => {
    for (const end of [true, false]) {
      for (const nth of [1, 2]) {
        const { sessions, clock, store } = setUp();
        const { session, token } = await sessions.login("ada");
        await clock.advance(HOUR);
        const locked = await request(sessions, token).session.locked();
        if (nth === 2) {
          const rotation = store.pause("update", "after");
          const failed = locked!.reopen();
          await rotation.reached;
          const touch = store.pause("update");
          rotation.release();
          await touch.reached;
          await sessions.revoke("ada", session.handle);
          touch.release();
          await expect(failed).rejects.toThrow(SessionGoneError);
        } else {
          const other = await request(sessions, token).session.locked();
          if (end) await sessions.revoke("ada", session.handle);
          else await other!.reopen();
          await expect(locked!.reopen()).rejects.toThrow(SessionGoneError);
        }
      }
    }
  });

  test("stays locked if the store fails while it is reopened (invariant 8)", async () => {
    const { sessions, clock, store } = setUp();
    const { token } = await sessions.login("ada");
    await clock.advance(HOUR);
    const exchange = request(sessions, token);
    const locked = await exchange.session.locked();
    const rotation = store.pause("update", "after");
    const failed = locked!.reopen();
    await rotation.reached;
    store.failNext("update");
    rotation.release();
    await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
    expect(await exchange.session.get()).toBeNull();
    // The secret has changed, and whoever proved a factor is told.
    const fresh = await answered(exchange);
    expect(await sessions.peek(fresh!)).toBeNull();
    expect((await request(sessions, fresh!).session.locked())?.reason).toBe("idle");
  });

  test("is found locked by what its stream looks at, too", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.login("ada");
    const session = await sessions.open(token);
    const { signal } = session!;
    await sessions.drain();
    await clock.advance(29 * MINUTE);
    expect(signal.aborted).toBe(false);
    await clock.advance(2 * MINUTE);
    expect(signal.aborted).toBe(true);
  });
});

describe("a policy that changes", () => {
  test("a shorter idle timeout locks at once", async () => {
    const { sessions, clock, store } = setUp();
    const { token } = await sessions.login("ada");
    await clock.advance(10 * MINUTE);
    const shorter = createSessions({
      store,
      secret: SECRETS[0],
      clock,
      timeouts: { ...(TIMEOUTS as object), idle: "10m" },
    });
    expect(await sessions.peek(token)).not.toBeNull();
    expect(await shorter.peek(token)).toBeNull();
    expect((await request(shorter as never, token).session.locked())?.reason).toBe("idle");
  });

  test("a longer one prolongs the time in which it need not be reopened, never the session", async () => {
    const { sessions, clock, store } = setUp();
    const { session, token } = await sessions.login("ada");
    await clock.advance(40 * MINUTE);
    expect(await sessions.peek(token)).toBeNull();
    const longer = createSessions({
      store,
      secret: SECRETS[0],
      clock,
      timeouts: { idle: "1h", absolute: "24h", onIdle: "lock" },
    });
    expect(await longer.peek(token)).toMatchObject({ expiresAt: session.expiresAt });
    await clock.advance(12 * HOUR - 40 * MINUTE);
    expect(await longer.peek(token)).toBeNull();
  });

  test("from lock to end: what was locked has ended; from end to lock: nothing comes back", async () => {
    const { sessions, clock, store } = setUp();
    const ending = createSessions({
      store,
      secret: SECRETS[0],
      clock,
      timeouts: { idle: "30m", absolute: "12h" },
    });
    const locking = await sessions.login("ada");
    const ended = await ending.login("grace");
    await clock.advance(30 * MINUTE);
    expect(await request(sessions, ended.token).session.locked()).toBeNull();
    expect((await request(sessions, locking.token).session.locked())?.reason).toBe("idle");
    expect(await ending.open(locking.token)).toBeNull();
    expect((await sessions.list("ada")).sessions).toEqual([]);
  });

  test("anonymous sessions end when idle; nobody could reopen them", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.create({ a: 1 });
    await clock.advance(30 * MINUTE);
    expect(await sessions.peek(token)).toBeNull();
    expect(sessions.describePolicy()["anonymous"]).toMatchObject({ onIdle: "end" });
    expect(sessions.describePolicy()["default"]).toMatchObject({ onIdle: "lock" });
  });
});

test("NIST 2.3.3: aal3 has no lock, since one factor is not enough there", () => {
  const wrong: [TimeoutsOption, string][] = [
    [{ preset: "aal3", onIdle: "lock" }, '"lock" needs an idle timeout, and not aal3'],
    [{ preset: "aal1", onIdle: "lock" }, '"lock" needs an idle timeout'],
    [{ idle: "none", onIdle: "lock" }, '"lock" needs an idle timeout'],
    [{ onIdle: "close" as never }, 'onIdle: write "end" or "lock"'],
    [{ default: "aal2", admin: { preset: "aal3", onIdle: "lock" } }, "timeouts.admin.onIdle"],
  ];
  for (const [timeouts, message] of wrong) {
    expect(() => setUp(timeouts)).toThrow(ConfigurationError);
    expect(() => setUp(timeouts)).toThrow(message);
  }
});

describe("a session that somebody wants reauthenticated", () => {
  test("is locked from then on, whatever its timeouts, and no single factor reopens it", async () => {
    const { sessions, events } = harness();
    const { session, token } = await sessions.login("ada", { data: { diary: "secret" } });
    const other = await sessions.login("ada");
    const ticket = session.ticket();
    events.length = 0;
    expect(await sessions.requireReauthentication("ada", session.handle)).toBe(true);
    expect(events).toMatchObject([
      { type: "session_locked", reason: "requested", handle: session.handle, userId: "ada" },
    ]);
    expect(await sessions.open(token)).toBeNull();
    expect(await sessions.openTicket(ticket)).toBeNull();
    expect(await sessions.peek(other.token)).not.toBeNull();
    const exchange = request(sessions, token);
    expect(await exchange.session.get()).toBeNull();
    await expect(exchange.session.requireUser()).rejects.toMatchObject({ reason: "requested" });
    const locked = await exchange.session.locked();
    expect(locked?.reason).toBe("requested");
    await expect(locked!.reopen()).rejects.toMatchObject({ reason: "requested", status: 401 });
    expect(await sessions.peek(token)).toBeNull();
    const user = await locked!.reauthenticate();
    expect(user.data).toEqual({ diary: "secret" });
    const fresh = await answered(exchange);
    expect(await sessions.peek(fresh!)).not.toBeNull();
    expect((await sessions.list("ada")).sessions.map((each) => each.locked)).toEqual([null, null]);
  });

  test("is not opened by being idle besides", async () => {
    const { sessions, clock } = setUp();
    const { session, token } = await sessions.login("ada");
    await sessions.requireReauthentication("ada", session.handle);
    await clock.advance(HOUR);
    expect((await request(sessions, token).session.locked())?.reason).toBe("requested");
  });

  test("is only the user's own, and alive", async () => {
    const { sessions, clock } = harness();
    const { session, token } = await sessions.login("ada");
    for (const handle of [session.handle, "A".repeat(22), "../.."]) {
      expect(await sessions.requireReauthentication("grace", handle)).toBe(false);
    }
    expect(await sessions.peek(token)).not.toBeNull();
    await clock.advance(HOUR);
    expect(await sessions.requireReauthentication("ada", session.handle)).toBe(false);
  });
});

describe("by hand", () => {
  test("a session that waits is opened by its token, and committed for the new one", async () => {
    const { sessions, clock } = setUp();
    const { token } = await sessions.login("ada", { aal: 2, data: { diary: "secret" } });
    expect(await sessions.locked(token)).toBeNull();
    await clock.advance(30 * MINUTE);
    const locked = await sessions.locked(token);
    expect(locked).toMatchObject({ userId: "ada", reason: "idle" });
    const session = await locked!.reopen();
    expect(session.data).toEqual({ diary: "secret" });
    expect(session.aal).toBe(2);
    const { token: next } = await sessions.commit(session);
    expect(next).not.toBeNull();
    expect(await sessions.peek(token)).toBeNull();
    expect((await sessions.peek(next!))?.userId).toBe("ada");
  });

  test("what opens nothing is no session that waits", async () => {
    const { sessions } = setUp();
    const { session } = await sessions.login("ada");
    expect(await sessions.locked("made up")).toBeNull();
    expect(await sessions.locked(session.ticket())).toBeNull();
  });
});
