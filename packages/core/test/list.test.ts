import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";
import { clientAt, FIREFOX, partitionOf, plant, storedOf } from "./stored.ts";

// A user's sessions, as the user sees them (ASVS 7.5.2).
const FULL = process.env.SOJOURN_FULL === "1";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

test("a session is listed with all that tells it from others (ASVS 7.5.2)", async () => {
  const { sessions, clock } = harness();
  const createdAt = clock.now();
  const { session, token } = await sessions.login("ada", {
    client: clientAt(7),
    label: "Work laptop",
    aal: 2,
    factors: ["pwd", "otp"],
    persistent: true,
    authenticatedAt: createdAt - MINUTE,
  });
  await clock.advance(5 * MINUTE);
  await sessions.open(token, { client: clientAt(7) });
  await sessions.drain();
  const { handle } = session;
  expect((await sessions.list("ada", { current: handle })).sessions).toEqual([
    {
      handle,
      createdAt,
      authenticatedAt: createdAt - MINUTE,
      lastSeenAt: createdAt + 5 * MINUTE,
      idleExpiresAt: createdAt + 5 * MINUTE + HOUR,
      expiresAt: createdAt + 24 * HOUR,
      persistent: true,
      aal: 2,
      factors: ["pwd", "otp"],
      label: "Work laptop",
      impersonator: null,
      client: { address: "192.0.2.0/24", userAgent: FIREFOX },
      locked: null,
      current: true,
    },
  ]);
});

test("one of which nothing was said is the weakest, and none is the current one", async () => {
  const { sessions } = harness();
  await sessions.login("ada");
  const [listed] = (await sessions.list("ada")).sessions;
  expect(listed).toMatchObject({ aal: 1, factors: [], label: null, client: null, locked: null });
  expect(listed).toMatchObject({ impersonator: null, current: false, lastSeenAt: null });
});

test("who asks over HTTP sees which one it is, and nobody else's", async () => {
  const { sessions } = harness();
  await sessions.login("grace");
  const phone = await sessions.login("ada", { label: "Phone" });
  const laptop = await sessions.login("ada", { label: "Laptop" });
  const cookie = `__Host-id=${laptop.token}`;
  const { session } = sessions.begin({ cookie, secure: true });
  const { sessions: listed } = await session.list();
  expect(listed.map(({ label, current }) => [label, current]).sort()).toEqual([
    ["Laptop", true],
    ["Phone", false],
  ]);
  expect(await session.revoke(phone.session.handle)).toBe(true);
  expect((await session.list()).sessions).toHaveLength(1);
});

test("no list says a token, a secret or a hash (D5)", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store });
  const { token } = await sessions.login("ada", { client: clientAt(7), reference: "idp sid" });
  const [record] = await storedOf(store, "ada", clock.now());
  const shown = JSON.stringify([await sessions.list("ada"), await sessions.exportUser("ada")]);
  const [hash = ""] = record!.credential.split(".");
  expect(hash.length).toBeGreaterThan(40);
  const { b: bound, r: reference } = JSON.parse(record!.facts!) as Record<string, string>;
  for (const secret of [token, token.slice(48), hash, bound, reference, record!.partition]) {
    if (secret !== undefined) expect(shown).not.toContain(secret);
  }
});

test("what a policy has ended by now is not listed, though the store has it still", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store });
  await sessions.login("ada");
  await clock.advance(10 * MINUTE);
  await sessions.login("ada");
  const shorter = createSessions({
    store,
    secret: SECRETS[0],
    clock,
    timeouts: { idle: "10m" },
  });
  expect((await sessions.list("ada")).sessions).toHaveLength(2);
  expect((await shorter.list("ada")).sessions).toHaveLength(1);
});

test("one whose facts are damaged is left out, and an event says so (G3)", async () => {
  const damaged = [
    "",
    "{",
    "null",
    "5",
    '"aal"',
    "[]",
    '{"a":4}',
    '{"a":"3"}',
    '{"a":null}',
    '{"f":"otp"}',
    '{"f":[1]}',
    '{"l":7}',
    '{"c":["x"]}',
    '{"c":[1,2]}',
    '{"k":1}',
    '{"i":{}}',
  ];
  for (const facts of damaged) {
    const store = memoryStore();
    const { sessions, clock, events } = harness({ store });
    const good = await sessions.login("ada");
    const bad = await sessions.login("ada");
    const all = await storedOf(store, "ada", clock.now());
    const record = all.find(({ handle }) => handle === bad.session.handle)!;
    await plant(store, record, { facts }, clock.now());
    events.length = 0;
    const { sessions: listed } = await sessions.list("ada");
    expect([facts, listed.map(({ handle }) => handle)]).toEqual([facts, [good.session.handle]]);
    expect(events).toMatchObject([
      { type: "record_corrupt", handle: bad.session.handle, userId: "ada" },
    ]);
    expect((await sessions.exportUser("ada")).sessions).toHaveLength(1);
    expect(await sessions.open(bad.token)).toBeNull();
    expect(await sessions.setLabel("ada", bad.session.handle, "Phone")).toBe(false);
    expect(await sessions.requireReauthentication("ada", bad.session.handle)).toBe(false);
    // It can be ended all the same.
    expect(await sessions.revoke("ada", bad.session.handle)).toBe(true);
  }
});

test("a list is bounded and paged, however many there are (I5)", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store });
  await sessions.login("ada");
  const [record] = await storedOf(store, "ada", clock.now());
  const { version: _, ...born } = record!;
  const count = FULL ? 100_000 : 1_500;
  for (let n = 1; n < count; n++) {
    await store.create({ ...born, handle: String(n).padStart(22, "0") }, clock.now());
  }
  const asked: (number | undefined)[] = [];
  const { sessions: watched } = harness({
    clock,
    store: {
      ...store,
      list(partition, now, options) {
        asked.push(options?.limit);
        return store.list(partition, now, options);
      },
    },
  });
  expect((await watched.list("ada")).sessions).toHaveLength(100);
  for (const limit of [1_000_000, Infinity]) {
    expect((await watched.list("ada", { limit })).sessions).toHaveLength(1_000);
  }
  for (const limit of [0, -5, Number.NaN, 0.5]) {
    expect((await watched.list("ada", { limit })).sessions).toHaveLength(1);
  }
  expect(Math.max(...asked.map((limit) => limit ?? Infinity))).toBe(1_000);

  const seen = new Set<string>();
  let pages = 0;
  let after: string | undefined;
  do {
    const page = await watched.list("ada", { limit: 700, ...(after && { after }) });
    for (const { handle } of page.sessions) seen.add(handle);
    after = page.next ?? undefined;
    pages++;
  } while (after !== undefined);
  expect(seen.size).toBe(count);
  expect(pages).toBe(Math.floor(count / 700) + 1);
});

test("what no page can begin after gives an empty one, and the store is not asked", async () => {
  const store = memoryStore();
  const { sessions } = harness({ store: { ...store, list: () => Promise.reject(new Error()) } });
  for (const after of ["", "../..", "A".repeat(23), " ".repeat(22)]) {
    expect(await sessions.list("ada", { after })).toEqual({ sessions: [], next: null });
  }
  await expect(sessions.list("ada")).rejects.toMatchObject({ code: "store-unavailable" });
});

test("pages of which policies or damage leave nothing go on all the same", async () => {
  const store = memoryStore();
  const { sessions, clock } = harness({ store });
  for (let n = 0; n < 4; n++) await sessions.login("ada");
  const all = await storedOf(store, "ada", clock.now());
  for (const record of all.slice(0, 2)) await plant(store, record, { facts: "{" }, clock.now());
  const first = await sessions.list("ada", { limit: 2 });
  expect(first.sessions).toEqual([]);
  const second = await sessions.list("ada", { limit: 2, after: first.next! });
  expect(second.sessions).toHaveLength(2);
  expect(await sessions.list("ada", { limit: 2, after: second.next! })).toEqual({
    sessions: [],
    next: null,
  });
  expect(all.map(({ partition }) => partition)).toContain(partitionOf("ada"));
});
