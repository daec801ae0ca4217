import { memoryStore } from "@sojourn/memory";
import { faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { harness } from "./harness.ts";
import { storedOf } from "./stored.ts";

test("a handle of somebody else's answers like one that never was, and ends nothing (C6)", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, events } = harness({ store });
  const ada = await sessions.login("ada");
  const mallory = await sessions.login("mallory");
  const { session } = sessions.begin({ cookie: `__Host-id=${mallory.token}`, secure: true });
  await session.get();
  await sessions.drain();
  const answers: unknown[] = [];
  for (const handle of [ada.session.handle, "A".repeat(22)]) {
    const before = { ...store.calls };
    const told = events.length;
    answers.push([
      await sessions.revoke("mallory", handle),
      await session.revoke(handle),
      await sessions.setLabel("mallory", handle, "Mine"),
      await sessions.requireReauthentication("mallory", handle),
      store.calls.read - before.read,
      store.calls.delete - before.delete,
      store.calls.update - before.update,
      events.length - told,
    ]);
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]).toEqual([false, false, false, false, 4, 2, 0, 0]);
  expect(await sessions.peek(ada.token)).not.toBeNull();
});

test("all of a user's sessions end, and nobody else's (ASVS 7.4.2)", async () => {
  const { sessions, events } = harness();
  const ada = await Promise.all(Array.from({ length: 5 }, () => sessions.login("ada")));
  const grace = await sessions.login("grace");
  events.length = 0;
  expect(await sessions.revokeAll("ada")).toBe(5);
  for (const { token } of ada) expect(await sessions.open(token)).toBeNull();
  expect(await sessions.open(grace.token)).not.toBeNull();
  const told = events.filter(({ type }) => type === "session_revoked");
  expect(told.map(({ handle }) => handle).sort()).toEqual(
    ada.map(({ session }) => session.handle).sort(),
  );
});

test("the others end, and the one that asks is rotated (ASVS 7.4.3)", async () => {
  const { sessions } = harness();
  const others = [await sessions.login("ada"), await sessions.login("ada")];
  const mine = await sessions.login("ada");
  const exchange = sessions.begin({ cookie: `__Host-id=${mine.token}`, secure: true });
  expect(await exchange.session.revokeOthers()).toBe(2);
  await exchange.finish();
  const headers = new Headers();
  exchange.apply(headers);
  for (const { token } of [...others, mine]) expect(await sessions.peek(token)).toBeNull();
  const [, token = ""] = /__Host-id=([^;]+)/.exec(headers.get("Set-Cookie") ?? "") ?? [];
  expect((await sessions.peek(token))?.handle).toBe(mine.session.handle);
});

test("`except` spares none but a session of the user's (C6)", async () => {
  const { sessions, clock } = harness();
  const grace = await sessions.login("grace");
  for (const except of [grace.session.handle, "", "../..", "A".repeat(22)]) {
    const ada = await sessions.login("ada");
    expect(await sessions.revokeAll("ada", { except })).toBe(1);
    expect(await sessions.peek(ada.token)).toBeNull();
    await clock.advance(1);
  }
  expect(await sessions.peek(grace.token)).not.toBeNull();
});

test("a revocation is no event where nothing was revoked, and none if the store is away", async () => {
  const store = faultyStore(memoryStore());
  const { sessions, clock, events } = harness({ store });
  const { session, token } = await sessions.login("ada");
  events.length = 0;
  store.failNext("delete");
  const failed = sessions.revoke("ada", session.handle);
  await expect(failed).rejects.toMatchObject({ code: "store-unavailable" });
  store.failNext("deleteAll");
  await expect(sessions.revokeAll("ada")).rejects.toMatchObject({ code: "store-unavailable" });
  expect(events).toEqual([]);
  expect(await sessions.peek(token)).not.toBeNull();
  expect(await storedOf(store, "ada", clock.now())).toHaveLength(1);
});
