import { ConfigurationError, createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness, SECRETS } from "./harness.ts";

// Leave for one action, once (ASVS 7.5.3).
const MINUTE = 60_000;
const [OLD, NEW] = SECRETS;

test("ASVS 7.5.3: a grant is good for its action, once", async () => {
  const { sessions, events } = harness();
  const { session } = await sessions.login("ada");
  events.length = 0;
  const grant = session.grant("pay 100 EUR");
  expect(await session.redeem("pay 1,000 EUR", grant)).toBe(false);
  expect(await session.redeem("pay 100 EUR", grant)).toBe(true);
  expect(await session.redeem("pay 100 EUR", grant)).toBe(false);
  const { handle } = session;
  expect(events.map(({ type, reason }) => [type, reason])).toEqual([
    ["grant_issued", null],
    ["grant_refused", "invalid"],
    ["grant_redeemed", null],
    ["grant_refused", "spent"],
  ]);
  for (const event of events) expect(event).toMatchObject({ handle, userId: "ada" });
  expect(JSON.stringify(events)).not.toContain(grant);
});

test("it is good in its session only, a later request's and a reauthenticated one's too", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada");
  const others = [await sessions.login("ada"), await sessions.login("grace")];
  const [one, two] = [session.grant("pay"), session.grant("pay")];
  for (const other of others) expect(await other.session.redeem("pay", one)).toBe(false);
  expect(await (await sessions.open(token))!.redeem("pay", one)).toBe(true);
  await session.reauthenticate();
  expect(await session.redeem("pay", two)).toBe(true);
});

test("it is good until its deadline, not at it", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, clock, events } = harness({ store });
  const { session } = await sessions.login("ada");
  for (const [ttl, options] of [
    [5 * MINUTE, {}],
    [1_000, { ttl: 1_000 }],
  ] as const) {
    const [early, late] = [session.grant("pay", options), session.grant("pay", options)];
    await clock.advance(ttl - 1);
    expect(await session.redeem("pay", early)).toBe(true);
    await clock.advance(1);
    expect(await session.redeem("pay", late)).toBe(false);
    expect(events.at(-1)).toMatchObject({ type: "grant_refused", reason: "invalid" });
  }
  expect(store.calls["once.redeem"]).toBe(2);
});

test("changed by a character, or made up, it is good for nothing, and the store is not asked", async () => {
  const store = faultyStore(memoryStore());
  const { sessions } = harness({ store });
  const { session } = await sessions.login("ada");
  const grant = session.grant("pay");
  const changed = [...grant].map(
    (each, i) => grant.slice(0, i) + (each === "A" ? "B" : "A") + grant.slice(i + 1),
  );
  const [deadline = "", nonce, seal] = grant.split(".");
  const made = [
    "",
    ".",
    "..",
    grant.slice(1),
    `${grant}A`,
    `${grant}.`,
    ` ${grant}`,
    `0${grant}`,
    grant.toUpperCase(),
    `zzzzzzzzzzz.${nonce}.${seal}`,
    `${deadline}.${seal}.${nonce}`,
    "x".repeat(100_000),
    undefined,
    null,
    7,
    {},
  ] as string[];
  for (const each of [...changed, ...made]) {
    expect([each, await session.redeem("pay", each)]).toEqual([each, false]);
  }
  expect(store.calls["once.redeem"]).toBe(0);
  expect(await session.redeem("pay", grant)).toBe(true);
});

test("neither a CSRF token nor a ticket is one, nor one of them a grant", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  const grant = session.grant("csrf");
  expect(await session.redeem("csrf", session.csrfToken())).toBe(false);
  expect(await session.redeem("csrf", session.ticket())).toBe(false);
  expect(session.isCsrfToken(grant)).toBe(false);
  expect(session.isCsrfToken(grant.replace(/^[^.]+\./, "").replace(".", ""))).toBe(false);
  expect(await sessions.openTicket(grant)).toBeNull();
});

test("J3: of 100 who redeem at once 1 wins, in two processes that change their secret", async () => {
  const store = memoryStore();
  const { sessions: before, clock } = harness({ store, secret: [OLD, NEW] });
  const after = createSessions({ store, clock, secret: [NEW, OLD], onWarning() {} });
  const { session, token } = await before.login("ada");
  const there = await after.open(token);
  for (const grant of [session.grant("pay"), there!.grant("pay")]) {
    const redeemed = await Promise.all(
      Array.from({ length: 100 }, (_, n) =>
        n % 2 === 0 ? session.redeem("pay", grant) : there!.redeem("pay", grant),
      ),
    );
    expect(redeemed.filter(Boolean)).toHaveLength(1);
  }
});

test("J3: with a store that says yes to all, that count is another", async () => {
  const store = memoryStore();
  const { sessions } = harness({
    store: { ...store, powers: { ...store.powers, once: { redeem: () => Promise.resolve(true) } } },
  });
  const { session } = await sessions.login("ada");
  const grant = session.grant("pay");
  const redeemed = await Promise.all([1, 2].map(() => session.redeem("pay", grant)));
  expect(redeemed).toEqual([true, true]);
});

test("after logout nobody has it any more, in the next session neither", async () => {
  const { sessions } = harness();
  const { session, token } = await sessions.login("ada");
  const grant = session.grant("pay");
  await sessions.revoke("ada", session.handle);
  expect(await sessions.open(token)).toBeNull();
  const next = await sessions.login("ada");
  expect(await next.session.redeem("pay", grant)).toBe(false);
});

test("a redemption of which the reply is lost counts as spent", async () => {
  const store = faultyStore(memoryStore());
  const { sessions } = harness({ store });
  const { session } = await sessions.login("ada");
  const grant = session.grant("pay");
  store.failNext("once.redeem", "drop-reply");
  const lost = session.redeem("pay", grant);
  await expect(lost).rejects.toMatchObject({ code: "store-unavailable" });
  expect(await session.redeem("pay", grant)).toBe(false);
});

test("a ttl that is none is refused", async () => {
  const { sessions } = harness();
  const { session } = await sessions.login("ada");
  for (const ttl of [0, -1, 1.5, Number.NaN, Infinity, 86_400_001, "5m"] as number[]) {
    expect(() => session.grant("pay", { ttl })).toThrow(ConfigurationError);
  }
});

test("a store that cannot redeem once says so when a grant or ticket is asked for", async () => {
  const { powers: _, ...store } = memoryStore();
  const { sessions } = harness({ store });
  const { session } = await sessions.login("ada");
  for (const ask of [() => session.grant("pay"), () => session.ticket()]) {
    expect(ask).toThrow(ConfigurationError);
    expect(ask).toThrow("store.powers.once");
  }
  await expect(session.redeem("pay", "x")).rejects.toThrow("store.powers.once");
  await expect(sessions.openTicket("x")).rejects.toThrow("store.powers.once");
});
