import { ConfigurationError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { type ReplicatedStoreOptions, replicatedStore } from "@sojourn/replicated";
import { type FaultyStore, faultyStore } from "@sojourn/testing";
import { expect, test } from "vitest";
import { checked } from "../src/options.ts";

const replicable = () => memoryStore({ replicable: true });
const primary = replicable();
const two = [replicable(), replicable()];

const wrong: readonly [string, Record<string, unknown>, RegExp][] = [
  ["no replicas", { replicas: [] }, /replicas: \[store\]/],
  ["replicas that are no list", { replicas: primary }, /replicas: \[store\]/],
  ["a primary that cannot be copied", { primary: memoryStore() }, /primary .*replicable: true/],
  [
    "a replica that cannot be a copy",
    { replicas: [two[0], memoryStore()] },
    /replicas\[1\] .*replicable: true/,
  ],
  ["no primary", { primary: undefined }, /primary .*replicable: true/],
  ["one store twice", { replicas: [primary] }, /a store of its own/],
  ["onStale that is not known", { onStale: "yes" }, /Write "accept"/],
  ["onStale with two replicas", { onStale: "accept" }, /leave it out/],
  ["a queue of nothing", { maxQueued: 0 }, /maxQueued is 0\. Write a whole number from 1/],
  ["half a step", { step: 0.5 }, /step is 0\.5/],
  ["no end to a wait", { acknowledgeWithin: Infinity }, /acknowledgeWithin is Infinity/],
  [
    "a wait that no timer can be set to",
    { catchUpEvery: 2 ** 31 },
    /catchUpEvery .* to 2147483647/,
  ],
  ["a back-off without end", { backOff: { first: 1 } }, /backOff\.longest is undefined/],
  ["a level that is not known", { acknowledge: "most" }, /acknowledge\.logins .*"majority"/],
  [
    "a level for what is none",
    { acknowledge: { logouts: "all" } },
    /acknowledge\.logouts .*revocations/,
  ],
];

test.each(wrong)("%s: refused, with the remedy", (_, options, remedy) => {
  const given = { primary, replicas: two, ...options } as unknown as ReplicatedStoreOptions;
  expect(() => replicatedStore(given)).toThrow(ConfigurationError);
  expect(() => replicatedStore(given)).toThrow(remedy);
});

test("with two replicas or more a revocation is to reach a majority, with one the primary", () => {
  const levels = { logins: "primary", renewals: "primary", writes: "primary" };
  expect(checked({ primary, replicas: two }).acknowledge).toEqual({
    ...levels,
    revocations: "majority",
  });
  expect(checked({ primary, replicas: [replicable()] }).acknowledge).toEqual({
    ...levels,
    revocations: "primary",
  });
});

test("one level for all, or one for each", () => {
  expect(checked({ primary, replicas: two, acknowledge: "all" }).acknowledge).toEqual({
    logins: "all",
    revocations: "all",
    renewals: "all",
    writes: "all",
  });
  const acknowledge = { logins: "majority" } as const;
  expect(checked({ primary, replicas: two, acknowledge }).acknowledge).toMatchObject({
    logins: "majority",
    writes: "primary",
  });
});

test("nothing is asked of any store before the first call", async () => {
  const watched = faultyStore(replicable()) as FaultyStore & typeof primary;
  const store = replicatedStore({ primary: watched, replicas: two });
  await new Promise((resolve) => setImmediate(resolve));
  expect(Object.values(watched.calls).filter((count) => count > 0)).toEqual([]);
  await store.close();
});

test("the powers are the primary's, without the power to be copied", () => {
  const store = replicatedStore({ primary, replicas: two });
  expect(Object.keys(store.powers).sort()).toEqual(["channel", "marks", "once", "references"]);
  expect(store.powers.once).toBe(primary.powers.once);
  expect("replica" in store.powers).toBe(false);
});
