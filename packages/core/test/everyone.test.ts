import { ConfigurationError, createSessions, type Sessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";
import { storedOf } from "./stored.ts";

// `revokeEveryone`: one stamp, whatever the number of sessions (ASVS 7.4.5).
const SECOND = 1_000;

function twoProcesses() {
  const store = faultyStore(memoryStore());
  const here = harness({ store });
  const { clock } = here;
  const there = createSessions({ store, secret: SECRETS[0], clock, onWarning() {} });
  return { store, clock, here: here.sessions as Sessions, there, events: here.events };
}

test("everyone is out at once here, users and visitors, and an event says so (ASVS 7.4.5)", async () => {
  const { clock, here, events } = twoProcesses();
  const ada = await here.login("ada");
  const grace = await here.login("grace");
  const visitor = await here.create({ cart: [] });
  await clock.advance(SECOND);
  await here.revokeEveryone();
  for (const { token } of [ada, grace, visitor]) {
    expect(await here.open(token)).toBeNull();
    expect(await here.peek(token)).toBeNull();
  }
  expect((await here.list("ada")).sessions).toEqual([]);
  expect((await here.exportUser("ada")).sessions).toEqual([]);
  expect(await here.setLabel("ada", ada.session.handle, "Laptop")).toBe(false);
  expect(await here.requireReauthentication("ada", ada.session.handle)).toBe(false);
  expect(events).toContainEqual(
    expect.objectContaining({ type: "everyone_revoked", handle: null, userId: null }),
  );
});

test("everyone is out within 5 s in every other process, and not later", async () => {
  const { clock, here, there } = twoProcesses();
  const { session, token } = await there.login("ada");
  // The other process has just looked.
  expect(await there.peek(token)).not.toBeNull();
  await clock.advance(1);
  await here.revokeEveryone();
  await clock.advance(5 * SECOND - 2);
  const late = await there.peek(token);
  expect(late?.handle ?? null).toBe(session.handle);
  await clock.advance(1);
  expect(await there.peek(token)).toBeNull();
  expect((await there.list("ada")).sessions).toEqual([]);
});

test("a process that begins afterwards knows it with its first request (C4)", async () => {
  const { store, clock, here } = twoProcesses();
  const { token } = await here.login("ada");
  await clock.advance(1);
  await here.revokeEveryone();
  const restarted = createSessions({ store, secret: SECRETS[0], clock });
  expect(await restarted.open(token)).toBeNull();
});

test("that costs no more than one look in 5 s, however many requests there are", async () => {
  const { store, clock, there } = twoProcesses();
  const { token } = await there.login("ada");
  for (let second = 0; second < 60; second++) {
    await Promise.all(Array.from({ length: 20 }, () => there.peek(token)));
    await clock.advance(SECOND);
  }
  expect(store.calls["marks.get"]).toBe(12);
});

test("a clock that was set back makes nobody trust an old look for longer", async () => {
  const { clock, here, store } = twoProcesses();
  let now = clock.now();
  const there = createSessions({ store, secret: SECRETS[0], clock: { ...clock, now: () => now } });
  const { token } = await here.login("ada");
  await there.peek(token);
  await clock.advance(1);
  await here.revokeEveryone();
  now -= 100;
  expect(await there.peek(token)).toBeNull();
});

test("a look that was on its way does not undo what was revoked meanwhile", async () => {
  const { store, clock, here } = twoProcesses();
  const { token } = await here.login("ada");
  const looking = store.pause("marks.get", "after");
  const first = here.peek(token);
  await looking.reached;
  await clock.advance(1);
  await here.revokeEveryone();
  looking.release();
  await first;
  expect(await here.peek(token)).toBeNull();
});

test("logins from then on are good; one that began before opens nothing", async () => {
  const { clock, here, there } = twoProcesses();
  const authenticatedAt = clock.now();
  await clock.advance(1);
  await here.revokeEveryone();
  const old = await here.login("ada", { authenticatedAt });
  expect(await here.open(old.token)).toBeNull();
  expect((await here.list("ada")).sessions).toEqual([]);
  await clock.advance(1);
  const { token } = await here.login("ada");
  expect(await here.open(token)).not.toBeNull();
  await clock.advance(5 * SECOND);
  expect(await there.open(token)).not.toBeNull();
});

test("a reauthentication in a process that has not heard of it saves no session", async () => {
  const { clock, here, there } = twoProcesses();
  const { token } = await there.login("ada");
  await there.peek(token);
  await clock.advance(1);
  await here.revokeEveryone();
  await clock.advance(SECOND);
  const session = await there.peek(token);
  await expect(session!.reauthenticate({ aal: 2 })).rejects.toMatchObject({ code: "session-gone" });
  await clock.advance(5 * SECOND);
  expect((await there.list("ada")).sessions).toEqual([]);
  const handed = await there.commit(session!);
  expect(handed.token === null || (await there.peek(handed.token)) === null).toBe(true);
});

test("the dead are no reason to refuse a login past the limit", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store, maxPerUser: 2, onLimit: "refuse" });
  for (let n = 0; n < 2; n++) {
    const { token } = await sessions.login("ada");
    await sessions.open(token);
  }
  await sessions.drain();
  await clock.advance(1);
  await sessions.revokeEveryone();
  await clock.advance(1);
  const { token } = await sessions.login("ada");
  await sessions.login("ada");
  expect(await sessions.open(token)).not.toBeNull();
  await sessions.drain();
  expect(await storedOf(store, "ada", clock.now())).toHaveLength(2);
});

test("a process that has just begun knows that as well (C4)", async () => {
  const { store, clock, here } = twoProcesses();
  for (let n = 0; n < 2; n++) await here.open((await here.login("ada")).token);
  await here.drain();
  await clock.advance(1);
  await here.revokeEveryone();
  await clock.advance(1);
  const begun = harness({ store, clock, maxPerUser: 2, onLimit: "refuse" }).sessions;
  expect(await begun.open((await begun.login("ada")).token)).not.toBeNull();
});

test("no request goes through while whether everyone was revoked cannot be asked (invariant 8)", async () => {
  const { store, clock, there } = twoProcesses();
  const { token } = await there.login("ada");
  await there.peek(token);
  await clock.advance(5 * SECOND);
  store.failNext("marks.get");
  await expect(there.peek(token)).rejects.toMatchObject({ code: "store-unavailable", status: 503 });
  expect(await there.peek(token)).not.toBeNull();
});

test("a failure to revoke everyone is told, and nothing is claimed", async () => {
  const { store, clock, here, events } = twoProcesses();
  const { token } = await here.login("ada");
  await clock.advance(1);
  store.failNext("marks.set");
  await expect(here.revokeEveryone()).rejects.toMatchObject({ code: "store-unavailable" });
  expect(events.some(({ type }) => type === "everyone_revoked")).toBe(false);
  expect(await here.peek(token)).not.toBeNull();
});

test("another namespace on the same store stays as it is", async () => {
  const { store, clock, here } = twoProcesses();
  const admin = harness({ store, clock, namespace: "admin" }).sessions;
  const { token } = await admin.login("ada");
  await clock.advance(1);
  await here.revokeEveryone();
  await clock.advance(6 * SECOND);
  expect(await admin.peek(token)).not.toBeNull();
});

test("a store without marks cannot, and says what could", async () => {
  const { powers: _, ...store } = memoryStore();
  const { sessions } = harness({ store });
  const failed = sessions.revokeEveryone();
  await expect(failed).rejects.toThrow(ConfigurationError);
  await expect(failed).rejects.toThrow("store.powers.marks");
  const { token } = await sessions.login("ada");
  expect(await sessions.open(token)).not.toBeNull();
});
