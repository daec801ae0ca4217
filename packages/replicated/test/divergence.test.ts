import type { ReplicaState } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { replicatedStore } from "@sojourn/replicated";
import { expect, test } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { holds, pass, settled, stage, stand, type Stood } from "./stage.ts";

const P = "one-partition---";
const [a, b] = ["a", "b"].map(handle) as [string, string];
const ref = (name: string) => ({ partition: P, handle: name });

test("invariant 2: a deletion wins over whatever arrives after it", async () => {
  const { store, replicas } = stage(1);
  const [replica] = replicas as [Stood];
  await store.create(newRecord(P, a), NOW);
  await store.update(ref(a), { set: { cart: "1" } }, NOW + 1);
  await settled();
  const late = await replica.inside.powers.replica.states(P, [a], NOW);
  await store.delete(ref(a));
  await settled();
  // From a line that was slow, or a cache that was filled before.
  const newer = late.map((state): ReplicaState =>
    state.kind === "record" ? { ...state, revision: NOW + 1e9 } : state,
  );
  await replica.inside.powers.replica.apply([...late, ...newer], NOW);
  expect(await holds(replica, P, [a])).toEqual(["a ended"]);
});

test("a session that a replica has ended is ended on the primary as well, and an event says so", async () => {
  const { store, primary, replicas, heard } = stage(2);
  const [one, other] = replicas as [Stood, Stood];
  await store.create(newRecord(P, a), NOW);
  await settled();
  await one.inside.delete(ref(a));
  await store.update(ref(a), { set: { cart: "1" } }, NOW + 5);
  await settled();
  for (const stood of [primary, one, other])
    expect(await holds(stood, P, [a])).toEqual(["a ended"]);
  expect(heard("diverged")[0]).toMatchObject({ store: 1, handles: [a] });
  expect(store.replicationLag()[0]).toMatchObject({ diverged: 1 });
});

test("two contents under one revision: the primary's stands, and an event says so", async () => {
  const { store, primary, replicas, heard, clock } = stage(1, { catchUpEvery: 60_000 });
  const [replica] = replicas as [Stood];
  await store.create(newRecord(P, a), NOW);
  await settled();
  await primary.inside.update(ref(a), { set: { cart: "ours" } }, NOW + 5);
  await replica.inside.update(ref(a), { set: { cart: "theirs" } }, NOW + 5);
  await pass(clock, 60_000);
  expect(heard("conflict")).toMatchObject([{ store: 1, handles: [a] }]);
  expect(store.replicationLag()[0]).toMatchObject({ conflicts: 1 });
  for (const { inside } of [primary, replica]) {
    expect(await inside.read(ref(a), NOW)).toMatchObject({ data: { cart: "ours" } });
  }
});

test("a primary that has lost all gets it back from the replicas, but for what was ended", async () => {
  const { store, replicas, clock } = stage(2);
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  const [one, other] = replicas as [Stood, Stood];
  other.fault = "fail";
  // On one of them only, since the other could not be reached.
  await store.delete(ref(b));
  await store.close();
  other.fault = null;
  const empty = stand(memoryStore({ replicable: true }));
  const restored = replicatedStore({
    primary: empty.seen,
    replicas: [other.seen, one.seen],
    clock,
  });
  await restored.read(ref(a), NOW);
  await settled();
  expect(await holds(empty, P, [a, b])).toEqual(["a lives", "b ended"]);
  await restored.close();
});

test("what only one replica has is not believed while the others cannot be asked", async () => {
  const [one, other] = [stand(), stand()];
  await one.inside.create(newRecord(P, a), NOW);
  await other.inside.create(newRecord(P, a), NOW);
  await other.inside.delete(ref(a));
  other.fault = "fail";
  const { store, primary, clock } = stage([one, other], { catchUpEvery: 60_000 });
  await store.read(ref(b), NOW);
  await settled();
  expect(await holds(primary, P, [a])).toEqual([]);
  other.fault = null;
  await pass(clock, 120_000);
  expect(await holds(primary, P, [a])).toEqual(["a ended"]);
  expect(await holds(one, P, [a])).toEqual(["a ended"]);
});

test("what one of four replicas has is taken up, though the other three answer before it", async () => {
  const four = [stand(), stand(), stand(), stand()];
  const { store, primary, clock } = stage(four, { catchUpEvery: 60_000 });
  await store.read(ref(a), NOW);
  await settled();
  const [one] = four as [Stood];
  await one.inside.create(newRecord(P, a), NOW);
  const slow = one.seen.pause("replica.states", "after");
  await pass(clock, 60_000);
  slow.release();
  await settled();
  expect(await holds(primary, P, [a])).toEqual(["a lives"]);
  for (const stood of four) expect(await holds(stood, P, [a])).toEqual(["a lives"]);
});

test("a listener that throws or rejects harms nobody", async () => {
  const { another, replicas } = stage(1);
  const [replica] = replicas as [Stood];
  for (const onEvent of [
    () => {
      throw new Error("mine");
    },
    async () => {
      throw new Error("mine");
    },
  ]) {
    const store = another({ onEvent });
    const name = handle(onEvent.toString().slice(0, 3));
    await store.create(newRecord(P, name), NOW);
    await settled();
    expect(await holds(replica, P, [name])).toHaveLength(1);
  }
});

test("a damaged record on the primary does not keep the others from being sent", async () => {
  const { CorruptRecordError } = await import("@sojourn/core");
  const { store, primary, replicas, heard } = stage(1);
  await store.create(newRecord(P, a), NOW);
  await settled();
  const { replica } = primary.inside.powers;
  const { states } = replica;
  Object.assign(replica, {
    async states(...args: Parameters<typeof states>) {
      if (args[1].includes(a)) throw new CorruptRecordError("damaged");
      return states(...args);
    },
  });
  await store.update(ref(a), { set: { cart: "1" } }, NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  expect(await holds(replicas[0] as Stood, P, [b])).toEqual(["b lives"]);
  expect(heard("state_refused")).toMatchObject([{ handle: a, reason: "corrupt-record" }]);
});

test("a session whose deadline was moved back does not come back from a replica that has not heard of it", async () => {
  const { store, primary, replicas, another } = stage(1);
  const [replica] = replicas as [Stood];
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  replica.fault = "fail";
  await store.update(ref(a), { envelope: { expiresAt: NOW } }, NOW);
  await store.close();
  replica.fault = null;
  const next = another();
  await next.read(ref(a), NOW);
  await settled();
  expect(await primary.inside.read(ref(a), NOW)).toBe(null);
  await next.update(ref(b), { envelope: { expiresAt: NOW } }, NOW);
  await settled();
  expect(await replica.inside.read(ref(b), NOW)).toBe(null);
});
