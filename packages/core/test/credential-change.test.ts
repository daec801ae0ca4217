import { LoginRefusedError, SessionGoneError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { harness } from "./harness.ts";
import { inEveryOrder, steppedStore } from "./orders.ts";
import { storedOf } from "./stored.ts";

// A password that was changed, a factor or a role that was taken away (C1, C2).
const MINUTE = 60_000;

function requestWith(token: string) {
  return { cookie: `__Host-id=${token}`, secure: true };
}

function tokenIn(headers: Headers): string {
  const [, token = ""] = /__Host-id=([^;]+)/.exec(headers.get("Set-Cookie") ?? "") ?? [];
  return token;
}

describe("when a credential changes (C1, C2)", () => {
  test("all but the current session go, which is rotated: its old copies are dead at once (C1)", async () => {
    const { sessions, events } = harness();
    const others = [await sessions.login("ada"), await sessions.login("ada")];
    const grace = await sessions.login("grace");
    const mine = await sessions.login("ada");
    events.length = 0;
    expect(await sessions.onCredentialChange("ada", { current: mine.session })).toBe(2);
    for (const { token } of [...others, mine]) expect(await sessions.open(token)).toBeNull();
    const { token } = await sessions.commit(mine.session);
    expect((await sessions.open(token!))?.handle).toBe(mine.session.handle);
    expect(await sessions.open(grace.token)).not.toBeNull();
    const revoked = events.filter(({ type }) => type === "session_revoked");
    expect(revoked.map(({ reason }) => reason)).toEqual(["credential-change", "credential-change"]);
  });

  test("without a current one all go: an administrator resets a password", async () => {
    const { sessions } = harness();
    const ada = [await sessions.login("ada"), await sessions.login("ada")];
    expect(await sessions.onCredentialChange("ada")).toBe(2);
    for (const { token } of ada) expect(await sessions.open(token)).toBeNull();
  });

  test("a right that was taken away goes with whatever had noted it (C2)", async () => {
    const store = memoryStore();
    const { sessions, clock } = harness({ store });
    const role = { role: "admin" };
    const checked = clock.now();
    const ada = [
      await sessions.login("ada", { data: role }),
      await sessions.login("ada", { data: role, persistent: true }),
    ];
    const inFlight = await sessions.open(ada[0]!.token);
    await clock.advance(1);
    // By the administrator, whom another process serves.
    await harness({ store, clock }).sessions.onCredentialChange("ada");
    for (const { token } of ada) expect(await sessions.open(token)).toBeNull();
    inFlight!.data["role"] = "root";
    await expect(sessions.commit(inFlight!)).rejects.toThrow(SessionGoneError);
    const late = sessions.login("ada", { data: role, authenticatedAt: checked });
    await expect(late).rejects.toThrow(LoginRefusedError);
    expect(await storedOf(store, "ada", clock.now())).toEqual([]);
    await clock.advance(1);
    expect((await sessions.login("ada")).session.data).toEqual({});
  });

  test("over HTTP the response brings the rotated session's cookie", async () => {
    const { sessions } = harness();
    const other = await sessions.login("ada");
    const mine = await sessions.login("ada");
    const exchange = sessions.begin(requestWith(mine.token));
    expect(await exchange.session.onCredentialChange("ada")).toBe(1);
    await exchange.finish();
    const headers = new Headers();
    exchange.apply(headers);
    for (const { token } of [other, mine]) expect(await sessions.peek(token)).toBeNull();
    expect((await sessions.peek(tokenIn(headers)))?.handle).toBe(mine.session.handle);
  });

  test("over HTTP a request of somebody else's, or of nobody's, spares none", async () => {
    const { sessions, clock } = harness();
    const admin = await sessions.login("admin");
    for (const cookie of [`__Host-id=${admin.token}`, null]) {
      const ada = await sessions.login("ada");
      const exchange = sessions.begin({ cookie, secure: true });
      expect(await exchange.session.onCredentialChange("ada")).toBe(1);
      await exchange.finish();
      const headers = new Headers();
      exchange.apply(headers);
      expect(headers.get("Set-Cookie")).toBeNull();
      expect(await sessions.peek(ada.token)).toBeNull();
      await clock.advance(1);
    }
    expect(await sessions.peek(admin.token)).not.toBeNull();
  });

  test("a session that is locked stays so, and others go", async () => {
    const { sessions } = harness();
    const other = await sessions.login("ada");
    const mine = await sessions.login("ada");
    await sessions.requireReauthentication("ada", mine.session.handle);
    const exchange = sessions.begin(requestWith(mine.token));
    expect(await exchange.session.onCredentialChange("ada")).toBe(1);
    expect(await exchange.session.get()).toBeNull();
    expect(await sessions.peek(other.token)).toBeNull();
  });

  test("a current session that has ended meanwhile is no reason to leave the others alive", async () => {
    const { sessions } = harness();
    const other = await sessions.login("ada");
    const mine = await sessions.login("ada");
    await sessions.revoke("ada", mine.session.handle);
    expect(await sessions.onCredentialChange("ada", { current: mine.session })).toBe(1);
    expect(await sessions.peek(other.token)).toBeNull();
    expect(mine.session.ended).toBe(true);
  });

  test("if the store is away that is told, and asking again does it", async () => {
    for (const operation of ["update", "deleteAll"] as const) {
      for (const fault of ["fail", "drop-reply"] as const) {
        const store = faultyStore(memoryStore());
        const { sessions, clock } = harness({ store });
        const other = await sessions.login("ada");
        const mine = await sessions.login("ada");
        store.failNext(operation, fault);
        const failed = sessions.onCredentialChange("ada", { current: mine.session });
        await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
        await clock.advance(1);
        await sessions.onCredentialChange("ada", { current: mine.session });
        expect(await sessions.peek(other.token)).toBeNull();
        expect(await sessions.peek(mine.token)).toBeNull();
      }
    }
  });

  test("a login whose authentication began before is refused, with `create` paused across it", async () => {
    for (const when of ["before", "after"] as const) {
      const store = faultyStore(memoryStore());
      const { sessions, clock, events } = harness({ store });
      const paused = store.pause("create", when);
      const login = sessions.login("ada");
      await paused.reached;
      await clock.advance(1);
      await sessions.onCredentialChange("ada");
      paused.release();
      if (when === "before") {
        await expect(login).rejects.toThrow(LoginRefusedError);
        expect(events.at(-1)).toMatchObject({
          type: "login_refused",
          reason: "revoked-meanwhile",
          userId: "ada",
        });
      } else {
        // It was in the store by then, and went with the others.
        expect(await sessions.open((await login).token)).toBeNull();
      }
      expect(await storedOf(store, "ada", clock.now())).toEqual([]);
    }
  });

  test("the same over HTTP, whose login began when its request arrived", async () => {
    const { sessions, clock } = harness();
    const exchange = sessions.begin({ cookie: null, secure: true });
    await clock.advance(1);
    await sessions.onCredentialChange("ada");
    await clock.advance(MINUTE);
    await expect(exchange.session.login("ada")).rejects.toThrow(LoginRefusedError);
    expect(await exchange.session.get()).toBeNull();
  });

  test("a login that began in the future, by a clock that is ahead, is refused all the same", async () => {
    const store = faultyStore(memoryStore());
    const { sessions, clock } = harness({ store });
    const paused = store.pause("create");
    const login = sessions.login("ada", { authenticatedAt: clock.now() + MINUTE });
    await paused.reached;
    await clock.advance(1);
    await sessions.onCredentialChange("ada");
    paused.release();
    await expect(login).rejects.toThrow(LoginRefusedError);
  });

  test("whatever a request does meanwhile, none of the others comes back (invariant 2)", async () => {
    const orders = await inEveryOrder(async () => {
      const base = memoryStore();
      const { sessions, clock } = harness({ store: base });
      const other = await sessions.login("ada");
      const mine = await sessions.login("ada");
      await clock.advance(20 * MINUTE);
      const stores = [steppedStore(base), steppedStore(base)];
      const [slow, changing] = stores.map(({ store }) => harness({ store, clock }).sessions);
      const work = slow!
        .open(other.token)
        .then(async (session) => {
          await session?.update((data) => (data["n"] = 1));
          await session?.reauthenticate({ aal: 2 });
          return session && slow!.commit(session);
        })
        .catch(() => null);
      const change = changing!.revokeAll("ada", { except: mine.session.handle });
      return {
        stores,
        clock,
        async check() {
          const [handed] = await Promise.all([work, change]);
          const live = await storedOf(base, "ada", clock.now());
          expect(live.map(({ handle }) => handle)).toEqual([mine.session.handle]);
          for (const token of [other.token, handed?.token]) {
            if (token) expect(await sessions.peek(token)).toBeNull();
          }
        },
      };
    });
    expect(orders).toBeGreaterThan(5);
  });
});
