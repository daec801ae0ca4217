import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { clientAt, FIREFOX, plant, storedOf } from "./stored.ts";

// Everything kept about one user: given out (GDPR articles 15 and 20), and removed (17).
const MINUTE = 60_000;

test("an export has every session with all that is kept of it", async () => {
  const { sessions, clock, events } = harness({ impersonation: true });
  const { session } = await sessions.login("ada", {
    data: { cart: ["socks"], nested: { deep: [1, null] } },
    client: clientAt(7),
    label: "Laptop",
    aal: 2,
    factors: ["pwd", "otp"],
    impersonator: "support-7",
    persistent: true,
  });
  await sessions.login("grace", { data: { diary: "private" } });
  const exported = await sessions.exportUser("ada");
  expect(exported).toEqual({
    userId: "ada",
    sessions: [
      {
        handle: session.handle,
        createdAt: clock.now(),
        authenticatedAt: clock.now(),
        lastSeenAt: null,
        idleExpiresAt: session.idleExpiresAt,
        expiresAt: session.expiresAt,
        persistent: true,
        aal: 2,
        factors: ["pwd", "otp"],
        label: "Laptop",
        impersonator: "support-7",
        client: { address: "192.0.2.0/24", userAgent: FIREFOX },
        locked: null,
        data: { cart: ["socks"], nested: { deep: [1, null] } },
      },
    ],
  });
  expect(JSON.parse(JSON.stringify(exported))).toEqual(exported);
  expect(events.at(-1)).toMatchObject({ type: "user_exported", userId: "ada", handle: null });
});

test("it goes on past one page, and holds nothing that opens a session (invariant 7)", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({
    store,
    maxPerUser: 250,
    client: { address: "hashed" },
    binding: { ip: "exact", userAgent: "exact", onMismatch: "report" },
  });
  const tokens: string[] = [];
  for (let n = 0; n < 201; n++) {
    const options = { client: clientAt(7), reference: `idp ${n}`, data: { n } };
    tokens.push((await sessions.login("ada", options)).token);
  }
  const { sessions: exported } = await sessions.exportUser("ada");
  expect(new Set(exported.map(({ data }) => data["n"])).size).toBe(201);
  const text = JSON.stringify(exported);
  for (const token of tokens) {
    expect(text).not.toContain(token);
    expect(text).not.toContain(token.slice(-64));
  }
  for (const { credential, facts, partition } of await storedOf(store, "ada", clock.now())) {
    const { b, r } = JSON.parse(facts!) as { b: string; r: string };
    for (const secret of [credential.split(".")[0]!, b, r, partition]) {
      expect(secret.length).toBeGreaterThan(15);
      expect(text).not.toContain(secret);
    }
  }
});

test("a damaged session is left out, with an event, and the rest is there", async () => {
  for (const change of [{ facts: "[" }, { data: { cart: "{" } }, { data: { __proto__x: "" } }]) {
    const store = memoryStore();
    const { sessions, clock, events } = harness({ store });
    const bad = await sessions.login("ada");
    const [record] = await storedOf(store, "ada", clock.now());
    await plant(store, record!, change, clock.now());
    const good = await sessions.login("ada");
    const { sessions: exported } = await sessions.exportUser("ada");
    expect(exported.map(({ handle }) => handle)).toEqual([good.session.handle]);
    expect(events).toContainEqual(
      expect.objectContaining({ type: "record_corrupt", handle: bad.session.handle }),
    );
  }
});

test("what is erased is gone from the store, opens nothing, and nobody else is touched", async () => {
  const store = memoryStore();
  const { sessions, clock, events } = harness({ store });
  const began = clock.now();
  const ada = [await sessions.login("ada"), await sessions.login("ada")];
  const grace = await sessions.login("grace", { data: { cart: ["hat"] } });
  await clock.advance(MINUTE);
  expect(await sessions.eraseUser("ada")).toBe(2);
  expect(await storedOf(store, "ada", clock.now())).toEqual([]);
  expect(await sessions.exportUser("ada")).toEqual({ userId: "ada", sessions: [] });
  for (const { token } of ada) expect(await sessions.open(token)).toBeNull();
  expect((await sessions.open(grace.token))?.data).toEqual({ cart: ["hat"] });
  expect(events.filter(({ type }) => type === "user_erased")).toMatchObject([
    { userId: "ada", handle: null },
  ]);
  // A login under way makes nothing anew.
  const late = sessions.login("ada", { authenticatedAt: began });
  await expect(late).rejects.toMatchObject({ code: "login-refused" });
  expect(await sessions.eraseUser("ada")).toBe(0);
});

test("nor does an entry stay by which an erased session could be found", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store, maxPerUser: 250 });
  for (let n = 0; n < 101; n++) await sessions.login("ada", { reference: `idp ${n}` });
  const grace = await sessions.login("grace", { reference: "idp 100" });
  const names = (await storedOf(store, "ada", clock.now())).map(
    ({ facts }) => (JSON.parse(facts!) as { r: string }).r,
  );
  expect(new Set(names).size).toBe(101);
  const found = () =>
    Promise.all(names.map((name) => store.powers.references.find(name, clock.now())));
  expect((await found()).flat()).toHaveLength(102);
  expect(await sessions.eraseUser("ada")).toBe(101);
  expect((await found()).flat().map(({ handle }) => handle)).toEqual([grace.session.handle]);
  await clock.advance(1);
  expect(await sessions.revokeByReference("idp 100")).toBe(1);
});

test("who is no user has nothing", async () => {
  const { sessions } = harness();
  expect(await sessions.exportUser("nobody")).toEqual({ userId: "nobody", sessions: [] });
  for (const userId of ["", "\uD800"]) {
    await expect(sessions.exportUser(userId)).rejects.toMatchObject({ code: "invalid-user-id" });
    await expect(sessions.eraseUser(userId)).rejects.toMatchObject({ code: "invalid-user-id" });
  }
});
