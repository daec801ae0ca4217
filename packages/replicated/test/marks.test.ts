import { createSessions, StoreUnavailableError } from "@sojourn/core";
import { testMarks } from "@sojourn/testing/suites";
import { expect, test } from "vitest";
import { NOW } from "./records.ts";
import { stage } from "./stage.ts";

testMarks("replicated, two replicas in memory", async () => {
  const { store, another } = stage();
  return { power: store.powers.marks!, peer: another().powers.marks! };
});

test("a mark that a majority has taken is known to any other majority", async () => {
  const { store, primary, replicas, another } = stage();
  const [first, second] = replicas;
  second!.fault = "fail";
  expect(await store.powers.marks!.set("everyone", NOW)).toBe(NOW);
  second!.fault = null;
  primary.fault = "fail";
  expect(await second!.inside.powers.marks!.get("everyone")).toBeNull();
  expect(await another().powers.marks!.get("everyone")).toBe(NOW);
  first!.fault = "fail";
  await expect(store.powers.marks!.get("everyone")).rejects.toThrow(StoreUnavailableError);
});

test("a mark that only one of three could take is not acknowledged", async () => {
  const { store, replicas } = stage();
  for (const replica of replicas) replica.fault = "fail";
  await expect(store.powers.marks!.set("everyone", NOW)).rejects.toThrow(StoreUnavailableError);
});

test("with one replica and the primary away, the mark is read as sessions are", async () => {
  const strict = stage(1);
  strict.primary.fault = "fail";
  await expect(strict.store.powers.marks!.get("everyone")).rejects.toThrow(StoreUnavailableError);
  const lenient = stage(1, { onStale: "accept" });
  await lenient.store.powers.marks!.set("everyone", NOW);
  lenient.primary.fault = "fail";
  expect(await lenient.store.powers.marks!.get("everyone")).toBe(NOW);
});

test("everyone can be revoked while the primary is away", async () => {
  const { store, primary, clock } = stage();
  const secret = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
  const sessions = createSessions({ store, secret, clock });
  const { token } = await sessions.login("ada");
  await store.drain();
  primary.fault = "fail";
  expect((await sessions.peek(token))?.userId).toBe("ada");
  await sessions.revokeEveryone();
  expect(await sessions.peek(token)).toBeNull();
});
