import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { browserAt, harness, SECRETS } from "./harness.ts";

const [old, young] = SECRETS;

test("applications and tenants on one store and one secret are nothing to each other (F5)", async () => {
  const store = memoryStore();
  const shop = harness({ store, namespace: "shop" });
  const others = [
    harness({ store, namespace: "admin" }),
    harness({ store, cookie: { name: "admin" } }),
    harness({ store }),
  ];
  const { session, token } = await shop.sessions.login("ada");
  for (const { sessions, events } of others) {
    expect(await sessions.open(token)).toBeNull();
    expect(events).toEqual([]);
    expect((await sessions.list("ada")).sessions).toEqual([]);
    expect(await sessions.revoke("ada", session.handle)).toBe(false);
    expect(await sessions.revokeAll("ada")).toBe(0);
  }
  expect((await shop.sessions.open(token))?.userId).toBe("ada");
});

test("a user has maxPerUser sessions in each namespace", async () => {
  const store = memoryStore();
  for (const namespace of ["shop", "admin"]) {
    const { sessions } = harness({ store, namespace, maxPerUser: 2 });
    for (let n = 0; n < 3; n++) await sessions.login("ada");
    expect((await sessions.list("ada")).sessions).toHaveLength(2);
  }
});

test("a token is nothing in the other kind's cookie, nor in another's name (G2)", async () => {
  const { sessions, clock } = harness();
  const browser = browserAt(sessions, clock.now);
  const user = (await sessions.login("ada")).token;
  const anonymous = (await sessions.create()).token;
  for (const [cookie, status] of [
    [`__Host-id=${user}`, 200],
    [`__Host-id-anon=${anonymous}`, 200],
    [`__Host-id-anon=${user}`, 401],
    [`__Host-id=${anonymous}`, 401],
    [`id=${user}`, 401],
    [`__host-id=${user}`, 401],
    [`__Host-other=${user}`, 401],
  ] as const) {
    expect([cookie, (await browser.get("/", { cookie })).status]).toEqual([cookie, status]);
  }
});

test("changing the secret takes two deployments, and nobody is logged out", async () => {
  const store = memoryStore();
  const serverWith = (secret: readonly string[]) => harness({ store, secret }).sessions;
  let [one, two] = [serverWith([old]), serverWith([old])];
  const tokens: string[] = [];
  async function everybodyIsIn(): Promise<void> {
    for (const server of [one, two]) {
      tokens.push((await server.login("ada")).token);
      for (const token of tokens) {
        expect((await one.open(token))?.userId).toBe("ada");
        expect((await two.open(token))?.userId).toBe("ada");
      }
    }
  }
  await everybodyIsIn();
  // Each server in its turn, while the other still serves.
  for (const next of [
    [old, young],
    [young, old],
  ]) {
    one = serverWith(next);
    await everybodyIsIn();
    two = serverWith(next);
    await everybodyIsIn();
  }
  // At last the old secret goes: whoever was signed in under the new one stays.
  const last = tokens.at(-1) as string;
  one = serverWith([young]);
  expect((await one.open(last))?.userId).toBe("ada");
  expect(await one.open(tokens[0] as string)).toBeNull();
});

test("user ids are any well-formed text, and those that would collide are refused", async () => {
  const { sessions } = harness();
  const ids = ["a", "A", "ä", "a\u0308", "\ud83d\ude00", " ", "a:b", "\u0000", "x".repeat(10_000)];
  for (const id of ids) {
    const { token } = await sessions.login(id);
    expect((await sessions.open(token))?.userId).toBe(id);
    expect((await sessions.list(id)).sessions).toHaveLength(1);
  }
  for (const id of ["", "\ud83d", "a\ude00", 5, null]) {
    await expect(sessions.login(id as string)).rejects.toThrow(/user id/);
    await expect(sessions.revokeAll(id as string)).rejects.toThrow(/user id/);
  }
});
