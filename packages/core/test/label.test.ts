import {
  ConfigurationError,
  SessionGoneError,
  type Sessions,
  UnauthenticatedError,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { inEveryOrder, steppedStore } from "./orders.ts";
import { clientAt } from "./stored.ts";

const MINUTE = 60_000;

test("a label is given by its session, at login or by hand, and taken away", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada", { label: "Laptop" });
  expect(session.label).toBe("Laptop");
  await session.setLabel("Old laptop");
  expect(session.label).toBe("Old laptop");
  expect((await sessions.peek(token))?.label).toBe("Old laptop");
  expect(await sessions.setLabel("ada", session.handle, "Büro 💻")).toBe(true);
  expect((await sessions.list("ada")).sessions[0]?.label).toBe("Büro 💻");
  expect(await sessions.setLabel("ada", session.handle, null)).toBe(true);
  expect((await sessions.peek(token))?.label).toBeNull();
});

test("a label cannot forge a line, turn a text round, or be empty or long (CWE-117)", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  await session.setLabel("a\nb\u0000c\u202Ed\uD800e\u2028f");
  expect(session.label).toBe("a?b?c?d?e?f");
  await session.setLabel("x".repeat(64));
  const wrong = ["", " ", "\n", "x".repeat(65), 7, {}, undefined] as string[];
  for (const label of wrong) {
    await expect(session.setLabel(label)).rejects.toThrow(ConfigurationError);
    const byHand = sessions.setLabel("ada", session.handle, label);
    await expect(byHand).rejects.toThrow(ConfigurationError);
    if (label === undefined) continue;
    await expect(sessions.login("ada", { label })).rejects.toThrow(ConfigurationError);
  }
  expect(session.label).toBe("x".repeat(64));
  expect((await sessions.list("ada")).sessions).toHaveLength(1);
});

test("by hand only the user's own sessions that are alive are named (C6)", async () => {
  const { sessions, clock } = harness({ timeouts: { idle: "30m", onIdle: "lock" } });
  const ada = await sessions.login("ada");
  const { handle } = ada.session;
  expect(await sessions.setLabel("grace", handle, "Mine")).toBe(false);
  expect(await sessions.setLabel("ada", "A".repeat(22), "Mine")).toBe(false);
  expect(await sessions.setLabel("ada", "../../etc/passwd", "Mine")).toBe(false);
  expect((await sessions.peek(ada.token))?.label).toBeNull();
  await sessions.revoke("ada", handle);
  expect(await sessions.setLabel("ada", handle, "Mine")).toBe(false);
  await expect(ada.session.setLabel("Mine")).rejects.toThrow(SessionGoneError);
  expect(ada.session.ended).toBe(true);
  await sessions.login("ada");
  await clock.advance(1);
  await sessions.revokeEveryone();
  const [dead] = (await sessions.list("ada")).sessions;
  expect(dead).toBeUndefined();
});

test("an anonymous session has none", async () => {
  const { sessions } = harness();
  const { session } = await sessions.create({ cart: [] });
  await expect(session.setLabel("Mine")).rejects.toThrow(UnauthenticatedError);
});

test("a label, a reauthentication, a lock and data that are written at once all stay", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada", { data: { a: 0, b: 0 } });
  const [one, two] = await Promise.all([sessions.open(token), sessions.open(token)]);
  one!.data["a"] = 1;
  await Promise.all([
    sessions.setLabel("ada", session.handle, "Laptop"),
    two!.update((data) => (data["b"] = 2)),
    sessions.commit(one!),
    session.reauthenticate({ aal: 2, factors: ["pwd", "otp"] }),
    sessions.requireReauthentication("ada", session.handle),
  ]).catch((error: unknown) => expect(error).toBeInstanceOf(SessionGoneError));
  const [listed] = (await sessions.exportUser("ada")).sessions;
  expect(listed).toMatchObject({ label: "Laptop", aal: 2, factors: ["pwd", "otp"] });
  expect(listed?.data["a"]).toBe(1);
});

type Party = (sessions: Sessions, token: string, handle: string) => Promise<unknown>;

const PARTIES: Readonly<Record<string, Party>> = {
  label: (sessions, _, handle) => sessions.setLabel("ada", handle, "Laptop"),
  reauthentication: async (sessions, token) =>
    (await sessions.peek(token))?.reauthenticate({ aal: 2 }),
  data: async (sessions, token) => (await sessions.peek(token))?.update((data) => (data["n"] = 1)),
};

test.each([
  ["label", "reauthentication"],
  ["label", "data"],
  ["reauthentication", "data"],
])("whatever the order, %s and %s do not undo each other", async (...pair) => {
  let acknowledged = 0;
  const orders = await inEveryOrder(async () => {
    const base = memoryStore();
    const { sessions, clock } = harness({ store: base });
    const { session, token } = await sessions.login("ada", { data: { n: 0 } });
    const stores = pair.map(() => steppedStore(base));
    const results = pair.map(async (name, i) => {
      const of = harness({ store: stores[i]!.store, clock }).sessions;
      await PARTIES[name]!(of as Sessions, token, session.handle);
      return name;
    });
    return {
      stores,
      clock,
      async check() {
        const done = await Promise.all(
          // Data may be refused: the secret under which it was to be written is dead by then.
          results.map((result, i) => (pair[i] === "data" ? result.catch(() => null) : result)),
        );
        const [exported] = (await sessions.exportUser("ada")).sessions;
        const written = done.includes("data") && exported?.data["n"] === 1;
        expect(exported?.label).toBe(done.includes("label") ? "Laptop" : null);
        expect(exported?.aal).toBe(done.includes("reauthentication") ? 2 : 1);
        if (pair[0] === "label") expect(exported?.data["n"]).toBe(done.includes("data") ? 1 : 0);
        if (written) acknowledged++;
      },
    };
  });
  expect(orders).toBeGreaterThan(9);
  if (pair.includes("data")) expect(acknowledged).toBeGreaterThan(5);
});

test("a commit that merged with another's is no proof of having read it", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada", { data: { a: 0, b: 0 } });
  const one = await sessions.open(token);
  const two = await sessions.open(token);
  await two!.update((data) => (data["b"] = 1));
  await sessions.requireReauthentication("ada", session.handle);
  one!.data["a"] = 1;
  await sessions.commit(one!);
  await one!.update((data) => (data["b"] = (data["b"] as number) + 1));
  await one!.setLabel("Laptop");
  const [exported] = (await sessions.exportUser("ada")).sessions;
  expect(exported).toMatchObject({ data: { a: 1, b: 2 }, label: "Laptop", locked: "requested" });
});

test("a write acknowledged before a login that wrote itself is carried, too (invariant 1)", async () => {
  const { sessions } = harness();
  const { token } = await sessions.create({ cart: ["socks"], step: 0 });
  const one = await sessions.open(token);
  const two = await sessions.open(token);
  await two!.update((data) => (data["cart"] as string[]).push("hat"));
  one!.data["step"] = 1;
  const { session } = await sessions.login("ada", { from: one!, carry: ["cart"] });
  expect(session.data).toEqual({ cart: ["socks", "hat"] });
});

test("where the user was seen last is noted without undoing a label", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, clock } = harness({ store, binding: { onMismatch: "report" } });
  const { session, token } = await sessions.login("ada", { client: clientAt(7, "Old") });
  await clock.advance(5 * MINUTE);
  const touch = store.pause("update", "after");
  await sessions.open(token, { client: clientAt(7, "New") });
  await touch.reached;
  await sessions.setLabel("ada", session.handle, "Laptop");
  touch.release();
  await sessions.drain();
  const [listed] = (await sessions.list("ada")).sessions;
  expect(listed).toMatchObject({ label: "Laptop", client: { userAgent: "New" } });
});
