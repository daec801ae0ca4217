import {
  ConflictError,
  HeadersSentError,
  LimitReachedError,
  LoginRefusedError,
  SessionGoneError,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { describe, expect, test } from "vitest";
import { harness } from "./harness.ts";

const MINUTE = 60_000;

describe("without HTTP", () => {
  test("create, open, change, commit", async () => {
    const { sessions } = harness();
    const { session, token } = await sessions.create({ cart: ["socks"] });
    expect(session).toMatchObject({ userId: null, authenticatedAt: null, persistent: false });
    const opened = await sessions.open(token);
    expect(opened?.data).toEqual({ cart: ["socks"] });
    (opened!.data["cart"] as string[]).push("hat");
    expect(await sessions.commit(opened!)).toEqual({ token: null });
    expect((await sessions.open(token))?.data).toEqual({ cart: ["socks", "hat"] });
  });

  test("an empty session is stored as well, because its token is handed out", async () => {
    const { sessions } = harness();
    const { token } = await sessions.create();
    expect((await sessions.open(token))?.data).toEqual({});
  });

  test("login takes over from a session, which ends", async () => {
    const { sessions } = harness();
    const before = await sessions.create({ cart: ["socks"], csrf: "known" });
    const { session, token } = await sessions.login("ada", {
      from: before.session,
      carry: ["cart"],
    });
    expect(session.userId).toBe("ada");
    expect(session.data).toEqual({ cart: ["socks"] });
    expect(await sessions.open(before.token)).toBeNull();
    expect((await sessions.open(token))?.handle).toBe(session.handle);
    expect(before.session.ended).toBe(true);
  });

  test("renew keeps the old token for a grace after the new one was seen", async () => {
    const { sessions, clock } = harness();
    const { session, token } = await sessions.login("ada");
    await clock.advance(MINUTE);
    const { token: renewed } = await sessions.renew(session);
    expect(renewed).not.toBeNull();
    expect(await sessions.peek(token)).not.toBeNull();
    expect(await sessions.open(renewed!)).not.toBeNull();
    await sessions.drain();
    await clock.advance(MINUTE);
    expect(await sessions.peek(token)).not.toBeNull();
    await clock.advance(1);
    expect(await sessions.peek(token)).toBeNull();
    expect(await sessions.peek(renewed!)).toBeNull();
  });

  test("commit renews where that is due, and one of two gets the token", async () => {
    const { sessions, clock } = harness();
    const { token } = await sessions.login("ada");
    await clock.advance(15 * MINUTE);
    const both = await Promise.all([sessions.open(token), sessions.open(token)]);
    const tokens = await Promise.all(both.map((session) => sessions.commit(session!)));
    expect(tokens.filter(({ token: each }) => each !== null)).toHaveLength(1);
  });

  test("rotate ends every earlier token at once", async () => {
    const { sessions } = harness();
    const { session, token } = await sessions.login("ada");
    const { token: rotated } = await sessions.rotate(session);
    expect(await sessions.peek(token)).toBeNull();
    expect((await sessions.peek(rotated!))?.handle).toBe(session.handle);
  });

  test("destroy ends it, and the object with it", async () => {
    const { sessions } = harness();
    const { session, token } = await sessions.login("ada");
    await sessions.destroy(session);
    expect(await sessions.open(token)).toBeNull();
    expect(session.ended).toBe(true);
    expect(session.handle).toMatch(/^[\w-]{22}$/);
    expect(() => session.data).toThrow(SessionGoneError);
    await expect(session.update(() => {})).rejects.toThrow(SessionGoneError);
    await expect(sessions.rotate(session)).rejects.toThrow(SessionGoneError);
  });
});

describe("a user's sessions", () => {
  test("are listed without anything that opens one, the most recently seen first (D5)", async () => {
    const { sessions, clock } = harness();
    const handles: string[] = [];
    for (let n = 0; n < 3; n++) {
      handles.unshift((await sessions.login("ada")).session.handle);
      await clock.advance(MINUTE);
    }
    await sessions.login("grace");
    const page = await sessions.list("ada");
    expect(page.sessions.map(({ handle }) => handle)).toEqual(handles);
    expect(page.next).toBeNull();
    expect(Object.keys(page.sessions[0]!).sort()).toEqual([
      "aal",
      "authenticatedAt",
      "client",
      "createdAt",
      "current",
      "expiresAt",
      "factors",
      "handle",
      "idleExpiresAt",
      "impersonator",
      "label",
      "lastSeenAt",
      "locked",
      "persistent",
    ]);
  });

  test("end one by one, or all but one", async () => {
    const { sessions } = harness();
    const [one, two, three] = await Promise.all(
      ["ada", "ada", "ada"].map((user) => sessions.login(user)),
    );
    const other = await sessions.login("grace");
    expect(await sessions.revoke("ada", one!.session.handle)).toBe(true);
    expect(await sessions.revoke("ada", one!.session.handle)).toBe(false);
    expect(await sessions.revokeAll("ada", { except: two!.session.handle })).toBe(1);
    expect(await sessions.peek(two!.token)).not.toBeNull();
    expect(await sessions.peek(three!.token)).toBeNull();
    expect(await sessions.peek(other.token)).not.toBeNull();
  });

  test("a login that began before they were revoked is refused", async () => {
    const { sessions, clock } = harness();
    const authenticatedAt = clock.now();
    await clock.advance(1);
    await sessions.revokeAll("ada");
    await clock.advance(MINUTE);
    await expect(sessions.login("ada", { authenticatedAt })).rejects.toThrow(LoginRefusedError);
    await sessions.login("ada");
  });

  test("are no more than allowed", async () => {
    const { sessions } = harness({ maxPerUser: 2, onLimit: "refuse" });
    await sessions.login("ada");
    await sessions.login("ada");
    await expect(sessions.login("ada")).rejects.toThrow(LimitReachedError);
  });
});

test("what a request changes after another has changed it is told, by key", async () => {
  const { sessions } = harness();
  const { token } = await sessions.create({ a: 1, b: 1 });
  const [one, two] = await Promise.all([sessions.open(token), sessions.open(token)]);
  for (const session of [one!, two!]) {
    session.data["a"] = (session.data["a"] as number) + 1;
    session.data["b"] = 2;
  }
  await sessions.commit(one!);
  const failed = sessions.commit(two!);
  await expect(failed).rejects.toThrow(ConflictError);
  await expect(failed).rejects.toMatchObject({ keys: ["a"], status: 409 });
});

test("sweep removes what expired, and says so", async () => {
  const { sessions, clock, events } = harness();
  await sessions.login("ada");
  await sessions.create({ a: 1 });
  expect(await sessions.sweep()).toBe(0);
  await clock.advance(3_600_000);
  expect(await sessions.sweep()).toBe(2);
  expect(await sessions.sweep()).toBe(0);
  const expired = events.filter(({ type }) => type === "session_expired");
  expect(expired.map(({ userId }) => userId).sort()).toEqual(["ada", null].sort());
});

test("drain waits for what no call waits for", async () => {
  const store = memoryStore();
  const { sessions } = harness({ store });
  const { token } = await sessions.login("ada");
  await sessions.open(token);
  await sessions.drain();
  expect((await sessions.peek(token))?.lastSeenAt).not.toBeNull();
});

test("an exchange that is over takes no more changes", async () => {
  const { sessions } = harness();
  const exchange = sessions.begin({ cookie: null, secure: true });
  const session = await exchange.session.getOrCreate();
  session.data["a"] = 1;
  await exchange.finish();
  expect(session.data["a"]).toBe(1);
  expect(() => (session.data["a"] = 2)).toThrow(HeadersSentError);
  await expect(exchange.session.login("ada")).rejects.toThrow(HeadersSentError);
});
