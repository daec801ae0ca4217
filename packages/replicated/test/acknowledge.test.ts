import { StoreUnavailableError } from "@sojourn/core";
import { expect, test } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { holds, pass, settled, stage } from "./stage.ts";

const P = "one-partition---";
const [a, b] = ["a", "b"].map(handle) as [string, string];
const refA = { partition: P, handle: a };

/** Whether it has resolved by now. */
async function isDone(call: Promise<unknown>): Promise<boolean> {
  let done = false;
  call.then(
    () => (done = true),
    () => {},
  );
  await settled();
  return done;
}

test("a logout with two replicas is over when one of them has it", async () => {
  const { store, replicas } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await settled();
  const [one, other] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
  one.fault = "fail";
  const paused = other.seen.pause("replica.apply");
  const ended = store.delete(refA);
  expect(await isDone(ended)).toBe(false);
  paused.release();
  expect(await ended).toBe("deleted");
  expect(await holds(other, P, [a])).toEqual(["a ended"]);
});

test("with four replicas two of them are waited for", async () => {
  const { store, replicas } = stage(4);
  await store.create(newRecord(P, a), NOW);
  await settled();
  for (const away of replicas.slice(0, 2)) away.fault = "fail";
  const paused = replicas[2]?.seen.pause("replica.apply");
  const ended = store.deleteAll(P, NOW);
  expect(await isDone(ended)).toBe(false);
  paused?.release();
  expect(await ended).toEqual([a]);
});

test("a revocation that no replica confirms in time is an error that says where it stands", async () => {
  const { store, primary, replicas, clock, heard } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await settled();
  for (const replica of replicas) replica.fault = "fail";
  const failed = store.delete(refA).catch((error: unknown) => error);
  await settled();
  await pass(clock, 1_000);
  const error = await failed;
  expect(error).toBeInstanceOf(StoreUnavailableError);
  expect(String(error)).toMatch(/done on the primary.*1 of 2/);
  expect(heard("unacknowledged")).toMatchObject([
    { store: 0, operation: "delete", wanted: 2, reached: 1 },
  ]);
  expect(await primary.inside.read(refA, NOW)).toBe(null);
});

test("who repeats it is told `gone` only when a replica has it", async () => {
  const { store, replicas, clock, another } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await settled();
  for (const replica of replicas) replica.fault = "fail";
  const first = store.delete(refA).catch(() => null);
  await settled();
  await pass(clock, 1_000);
  await first;
  const elsewhere = another();
  const again = elsewhere.delete(refA).catch(() => null);
  await settled();
  await pass(clock, 1_000);
  expect(await again).toBe(null);
  for (const replica of replicas) replica.fault = null;
  await pass(clock, 20_000);
  expect(await elsewhere.delete(refA)).toBe("gone");
  expect(await holds(replicas[0]!, P, [a])).toEqual(["a ended"]);
});

test("revoking all again, in another process, waits for what the first one could not send", async () => {
  const { store, replicas, another } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  for (const replica of replicas) replica.fault = "fail";
  void store.deleteAll(P, NOW + 1).catch(() => null);
  await settled();
  await store.close();
  for (const replica of replicas) replica.fault = null;
  // The new process has yet to look through the log, and answers all the same.
  for (const replica of replicas) replica.seen.failNext("replica.changesSince", "hang");
  expect(await another().deleteAll(P, NOW + 2)).toEqual([]);
  expect(await holds(replicas[0]!, P, [a, b])).toEqual(["a ended", "b ended", "stamp"]);
});

test("what is gone from the primary, and left on a replica, ends there", async () => {
  const { store, primary, replicas } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  // It had to make room: that leaves no tombstone.
  Object.assign(primary.inside, { delete: async () => "gone", deleteAll: async () => [] });
  const { states } = primary.inside.powers.replica;
  Object.assign(primary.inside.powers.replica, {
    states: async (...args: Parameters<typeof states>) =>
      (await states(...args)).filter(({ kind }) => kind === "not-before"),
  });
  expect(await store.delete(refA)).toBe("gone");
  expect(await holds(replicas[0]!, P, [a])).toEqual(["a ended"]);
  expect(await store.deleteAll(P, NOW)).toEqual([]);
  expect(await holds(replicas[1]!, P, [b])).toEqual(["b ended"]);
});

test("a delete that meets another version asks no replica", async () => {
  const { store, replicas } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await settled();
  for (const replica of replicas) replica.fault = "hang";
  expect(await store.delete(refA, { ifVersion: 7 })).toBe("conflict");
});

test("each kind of write waits for as many as is asked for it", async () => {
  const acknowledge = { logins: "all", renewals: "majority", writes: "primary" } as const;
  const { store, replicas } = stage(2, { acknowledge });
  await store.create(newRecord(P, b), NOW);
  await settled();
  const [one, other] = replicas as [(typeof replicas)[0], (typeof replicas)[0]];
  one.fault = "hang";
  expect(await isDone(store.create(newRecord(P, a), NOW))).toBe(false);
  const refB = { partition: P, handle: b };
  const credential = { from: "hashes", to: "others" };
  expect(await isDone(store.update(refB, { credential }, NOW))).toBe(true);
  other.fault = "hang";
  const back = { from: "others", to: "hashes" };
  expect(await isDone(store.update(refB, { credential: back }, NOW))).toBe(false);
  expect(await isDone(store.update(refB, { set: { a: "1" } }, NOW))).toBe(true);
});

test("what was refused, or changed nothing, is not sent", async () => {
  const { store, replicas } = stage(1, { acknowledge: "all" });
  await store.create(newRecord(P, a), NOW);
  await settled();
  const [replica] = replicas as [(typeof replicas)[0]];
  const before = replica.seen.calls["replica.apply"];
  expect(await store.create(newRecord(P, a), NOW)).toEqual({ status: "exists" });
  const update = await store.update(refA, { set: { a: "1" } }, NOW, { ifVersion: 9 });
  expect(update.status).toBe("conflict");
  expect(await store.update({ partition: P, handle: b }, {}, NOW)).toEqual({ status: "gone" });
  await settled();
  expect(replica.seen.calls["replica.apply"]).toBe(before);
});

test("a write of unknown fate is looked for, and found by the replicas", async () => {
  const { store, primary, replicas, clock } = stage(1);
  await store.create(newRecord(P, a), NOW);
  await settled();
  primary.seen.failNext("delete", "drop-reply");
  await expect(store.delete(refA)).rejects.toThrow(StoreUnavailableError);
  expect(await store.read(refA, NOW)).toBe(null);
  await settled();
  await pass(clock, 1_000);
  expect(await holds(replicas[0]!, P, [a])).toEqual(["a ended"]);
});
