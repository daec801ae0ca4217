import { ConfigurationError, type LoginOptions, LoginRefusedError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { inEveryOrder, steppedStore } from "./orders.ts";
import { storedOf } from "./stored.ts";

// Somebody else's name for a session: an identity provider's `iss` and `sid` (ASVS 7.1.3, 10.5.5).
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const REFERENCE = "https://idp.example 08a5019c";

test("all sessions of a reference end, whoever's they are, and no others", async () => {
  const { sessions, clock, events } = harness({ impersonation: true });
  const one = await sessions.login("ada", { reference: REFERENCE });
  const two = await sessions.login("grace", { reference: REFERENCE, impersonator: "eve" });
  const other = await sessions.login("ada", { reference: "https://other.example 08a5019c" });
  const none = await sessions.login("ada");
  await clock.advance(1);
  events.length = 0;
  expect(await sessions.revokeByReference(REFERENCE)).toBe(2);
  for (const { token } of [one, two]) expect(await sessions.open(token)).toBeNull();
  for (const { token } of [other, none]) expect(await sessions.open(token)).not.toBeNull();
  const told = events.filter(({ type }) => type === "session_revoked");
  expect(told).toHaveLength(2);
  expect(told).toContainEqual(
    expect.objectContaining({ reason: "reference", handle: one.session.handle, userId: "ada" }),
  );
  expect(told).toContainEqual(
    expect.objectContaining({ handle: two.session.handle, userId: "grace", impersonator: "eve" }),
  );
  expect(await sessions.revokeByReference(REFERENCE)).toBe(0);
});

test("a login with it is good again afterwards; one that began before is refused", async () => {
  const { sessions, clock, events } = harness();
  const authenticatedAt = clock.now();
  await clock.advance(1);
  await sessions.revokeByReference(REFERENCE);
  for (const at of [authenticatedAt, clock.now()]) {
    const late = sessions.login("ada", { reference: REFERENCE, authenticatedAt: at });
    await expect(late).rejects.toThrow(LoginRefusedError);
  }
  expect(events.filter(({ type }) => type === "login_refused")).toHaveLength(2);
  await sessions.login("ada", { reference: "another" });
  await clock.advance(1);
  const { token } = await sessions.login("ada", { reference: REFERENCE });
  expect(await sessions.open(token)).not.toBeNull();
});

/** One login and one revocation, in every order of their store calls. */
async function cross(begins: "before" | "after") {
  const left = new Set<number>();
  const orders = await inEveryOrder(async () => {
    const base = memoryStore();
    const { sessions, clock } = harness({ store: base });
    const began = clock.now();
    await clock.advance(1);
    const stores = [steppedStore(base), steppedStore(base)];
    const [here, there] = stores.map(
      ({ store }) => harness({ store, clock, onEvent() {} }).sessions,
    );
    const authenticatedAt = begins === "before" ? began : undefined;
    const options = { reference: REFERENCE, ...(authenticatedAt && { authenticatedAt }) };
    const revoked = there!.revokeByReference(REFERENCE);
    if (begins === "after") await clock.advance(1);
    const loggedIn = here!.login("ada", options as LoginOptions).catch((error: unknown) => error);
    return {
      stores,
      clock,
      async check() {
        const [result] = await Promise.all([loggedIn, revoked]);
        if (result instanceof Error) expect(result).toBeInstanceOf(LoginRefusedError);
        left.add((await sessions.list("ada")).sessions.length + (result instanceof Error ? 10 : 0));
        // Nothing that is live was lost sight of: the next revocation finds it.
        await sessions.revokeByReference(REFERENCE);
        expect(await storedOf(base, "ada", clock.now())).toEqual([]);
      },
    };
  });
  return { orders, left: [...left].sort() };
}

test("a login that began before a revocation leaves no session, in whatever order they cross", async () => {
  const { orders, left } = await cross("before");
  expect(orders).toBeGreaterThan(50);
  // Either it was refused, or it was found: 10 and 0.
  expect(left).toEqual([0, 10]);
});

test("one that began after it is never refused", async () => {
  const { left } = await cross("after");
  // It may be found by the search that is still on; then its user logs in once more.
  expect(left).toEqual([0, 1]);
});

test("a session is found for as long as reauthentication makes it live", async () => {
  const { sessions, clock } = harness({ timeouts: { idle: "none", absolute: "12h" } });
  const { session, token } = await sessions.login("ada", { reference: REFERENCE });
  await clock.advance(11 * HOUR);
  const opened = await sessions.open(token);
  await opened!.reauthenticate();
  const { token: fresh } = await sessions.commit(opened!);
  await clock.advance(11 * HOUR);
  expect((await sessions.peek(fresh!))?.handle).toBe(session.handle);
  expect(await sessions.revokeByReference(REFERENCE)).toBe(1);
  expect(await sessions.peek(fresh!)).toBeNull();
});

test("if its entry cannot be prolonged, neither is the session", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, clock } = harness({ store, timeouts: { idle: "none", absolute: "12h" } });
  const { token } = await sessions.login("ada", { reference: REFERENCE });
  const session = await sessions.open(token);
  await clock.advance(HOUR);
  store.failNext("references.add");
  const failed = session!.reauthenticate({ aal: 2 });
  await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
  const [listed] = (await sessions.list("ada")).sessions;
  expect(listed).toMatchObject({ aal: 1, expiresAt: clock.now() + 11 * HOUR });
});

test.each(["references.add", "references.find"] as const)(
  "a login whose %s fails rejects and leaves nothing (invariant 1)",
  async (operation) => {
    for (const fault of ["fail", "drop-reply"] as const) {
      const store = faultyStore(memoryStore());
      const { sessions, clock } = harness({ store });
      store.failNext(operation, fault);
      const failed = sessions.login("ada", { reference: REFERENCE });
      await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
      await sessions.drain();
      expect(await storedOf(store, "ada", clock.now())).toEqual([]);
    }
  },
);

test("a revocation that failed half way is finished by the next", async () => {
  for (const operation of ["delete", "references.find", "references.remove"] as const) {
    const store = faultyStore(memoryStore());
    const { sessions, clock } = harness({ store });
    for (let n = 0; n < 3; n++) await sessions.login("ada", { reference: REFERENCE });
    await clock.advance(1);
    store.failNext(operation);
    const failed = sessions.revokeByReference(REFERENCE);
    await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
    await sessions.revokeByReference(REFERENCE);
    expect(await storedOf(store, "ada", clock.now())).toEqual([]);
  }
});

test("more sessions than a store gives at once all end", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({
    store: {
      ...store,
      powers: {
        ...store.powers,
        references: {
          ...store.powers.references,
          find: (name, now) => store.powers.references.find(name, now, 2),
        },
      },
    },
  });
  for (let n = 0; n < 5; n++) await sessions.login("ada", { reference: REFERENCE });
  await clock.advance(1);
  expect(await sessions.revokeByReference(REFERENCE)).toBe(5);
});

test("what is no reference is refused before anything is stored", async () => {
  const { sessions } = harness();
  for (const reference of ["", "\uD800", 7 as unknown as string]) {
    await expect(sessions.login("ada", { reference })).rejects.toThrow(ConfigurationError);
    await expect(sessions.revokeByReference(reference)).rejects.toThrow(ConfigurationError);
  }
  await sessions.login("ada", { reference: "x".repeat(10_000) });
  expect((await sessions.list("ada")).sessions).toHaveLength(1);
});

test("a store that keeps none says so before anything is stored", async () => {
  const { powers: _, ...store } = memoryStore();
  const { sessions } = harness({ store });
  for (const failed of [
    sessions.login("ada", { reference: REFERENCE }),
    sessions.revokeByReference(REFERENCE),
  ]) {
    await expect(failed).rejects.toThrow(ConfigurationError);
    await expect(failed).rejects.toThrow("store.powers.references");
  }
  expect((await sessions.list("ada")).sessions).toEqual([]);
});
