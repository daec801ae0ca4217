import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";
import { clientAt, plant, storedOf } from "./stored.ts";

// For a socket that brings no cookie (ASVS 4.4.3, OWASP WebSocket Security).
const MINUTE = 60_000;
const [OLD, NEW] = SECRETS;

test("a ticket opens its session, once, to look at", async () => {
  const { sessions, events } = harness();
  const { session } = await sessions.login("ada", { data: { room: "7" } });
  const ticket = session.ticket();
  const opened = await sessions.openTicket(ticket, { client: clientAt(7) });
  expect(opened).toMatchObject({ handle: session.handle, userId: "ada", data: { room: "7" } });
  await sessions.drain();
  // That is no activity.
  expect((await sessions.list("ada")).sessions[0]?.lastSeenAt).toBeNull();
  expect(await sessions.openTicket(ticket)).toBeNull();
  expect(events.at(-1)).toMatchObject({
    type: "ticket_refused",
    reason: "spent",
    handle: session.handle,
    userId: "ada",
  });
  expect(JSON.stringify(events)).not.toContain(ticket.slice(0, 112));
});

test("it is good for less than a minute", async () => {
  const { sessions, clock, events } = harness();
  const { session } = await sessions.login("ada");
  const [one, two] = [session.ticket(), session.ticket()];
  await clock.advance(MINUTE - 1);
  expect(await sessions.openTicket(one)).not.toBeNull();
  await clock.advance(1);
  expect(await sessions.openTicket(two)).toBeNull();
  expect(events.at(-1)).toMatchObject({ type: "ticket_refused", reason: "outlived" });
});

test("J3: of 100 who open it at once 1 does, in two processes that change their secret", async () => {
  const store = memoryStore();
  const { sessions: before, clock } = harness({ store, secret: [OLD, NEW] });
  const after = createSessions({ store, clock, secret: [NEW, OLD], onWarning() {} });
  const { session, token } = await before.login("ada");
  const there = await after.peek(token);
  for (const ticket of [session.ticket(), there!.ticket()]) {
    const opened = await Promise.all(
      Array.from({ length: 100 }, (_, n) => (n % 2 === 0 ? before : after).openTicket(ticket)),
    );
    expect(opened.filter((each) => each !== null)).toHaveLength(1);
  }
});

test("it is bound to its secret: dead when that is rotated, alive through a renewal", async () => {
  const { sessions, clock, events } = harness();
  const { session, token } = await sessions.login("ada");
  await clock.advance(MINUTE);
  const [one, two] = [session.ticket(), session.ticket()];
  const { token: renewed } = await sessions.renew(session);
  const next = await sessions.open(renewed!);
  await sessions.drain();
  expect(await sessions.peek(token)).not.toBeNull();
  await clock.advance(MINUTE - 1);
  expect((await sessions.openTicket(one))?.handle).toBe(session.handle);
  await next!.rotate();
  expect(await sessions.openTicket(two)).toBeNull();
  expect(events.at(-1)).toMatchObject({ type: "ticket_refused", reason: "invalid" });
});

test("it dies with its session, and with everyone's", async () => {
  const { sessions, clock, events } = harness();
  const { session } = await sessions.login("ada");
  const ticket = session.ticket();
  await sessions.revoke("ada", session.handle);
  expect(await sessions.openTicket(ticket)).toBeNull();
  expect(events.at(-1)).toMatchObject({ reason: "gone", handle: session.handle });
  const other = (await sessions.login("ada")).session.ticket();
  await clock.advance(1);
  await sessions.revokeEveryone();
  expect(await sessions.openTicket(other)).toBeNull();
});

test("it is no cookie, no bearer token and none for `open`, whole or in part", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, clock } = harness({ store });
  const bearer = harness({ store, clock, transport: "bearer" }).sessions;
  const { session } = await sessions.login("ada");
  const { session: visitor } = await sessions.create({ a: 1 });
  const before = store.calls.read;
  for (const ticket of [session.ticket(), visitor.ticket()]) {
    for (const each of [ticket, ticket.split(".")[0]!]) {
      expect(await sessions.open(each)).toBeNull();
      expect(await sessions.peek(each)).toBeNull();
      for (const name of ["__Host-id", "__Host-id-anon"]) {
        const request = sessions.begin({ cookie: `${name}=${each}`, secure: true });
        expect(await request.session.get()).toBeNull();
        expect(await request.session.locked()).toBeNull();
      }
      const authorization = `Bearer ${each}`;
      const request = bearer.begin({ cookie: null, authorization, secure: true });
      expect(await request.session.get()).toBeNull();
    }
  }
  expect(store.calls.read).toBe(before);
});

test("changed by a character, or made up, it opens nothing, and is not spent by that", async () => {
  const { sessions, events } = harness();
  const { session, token } = await sessions.login("ada");
  const [ticket, other] = [session.ticket(), session.ticket()];
  const changed = [...ticket].map(
    (each, i) => ticket.slice(0, i) + (each === "A" ? "B" : "A") + ticket.slice(i + 1),
  );
  const [name = "", seal = ""] = ticket.split(".");
  const made = [
    "",
    ".",
    name,
    `.${seal}`,
    `${name}.`,
    `${ticket}.${seal}`,
    `${ticket} `,
    `${name}.${other.split(".")[1]}`,
    `${token}.${seal}`,
    token,
    "x".repeat(1_000_000),
    undefined,
    null,
    7,
    {},
  ] as string[];
  events.length = 0;
  for (const each of [...changed, ...made]) {
    expect([each, await sessions.openTicket(each)]).toEqual([each, null]);
  }
  expect(new Set(events.map(({ type, reason }) => `${type} ${reason}`))).toEqual(
    new Set(["ticket_refused invalid"]),
  );
  expect(await sessions.openTicket(ticket)).not.toBeNull();
});

test("a session that its client's mismatch locks is not opened by a ticket either", async () => {
  for (const onMismatch of ["reauthenticate", "reject", "revoke"] as const) {
    const { sessions } = harness({ binding: { userAgent: "exact", onMismatch } });
    const { session } = await sessions.login("ada", { client: clientAt(7, "Firefox") });
    const ticket = session.ticket();
    expect(await sessions.openTicket(ticket, { client: clientAt(7, "curl") })).toBeNull();
  }
});

test("a damaged record opens nothing, with an event, and throws nothing (G3)", async () => {
  for (const change of [{ facts: "{" }, { credential: "?" }, { userId: 7 as never }]) {
    const store = memoryStore();
    const { sessions, clock, events } = harness({ store });
    const { session } = await sessions.login("ada");
    const ticket = session.ticket();
    const [record] = await storedOf(store, "ada", clock.now());
    await plant(store, record!, change, clock.now());
    expect(await sessions.openTicket(ticket)).toBeNull();
    expect(events.at(-1)).toMatchObject({ type: "record_corrupt", handle: session.handle });
  }
});

test("if the store is away a ticket opens nothing, and one that may be spent is (invariant 8)", async () => {
  const store = faultyStore(memoryStore());
  const { sessions } = harness({ store });
  const { session } = await sessions.login("ada");
  const ticket = session.ticket();
  store.failNext("read");
  await expect(sessions.openTicket(ticket)).rejects.toMatchObject({ code: "store-unavailable" });
  store.failNext("once.redeem", "drop-reply");
  await expect(sessions.openTicket(ticket)).rejects.toMatchObject({ code: "store-unavailable" });
  expect(await sessions.openTicket(ticket)).toBeNull();
});
