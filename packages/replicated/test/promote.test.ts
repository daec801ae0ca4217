import { ConfigurationError, StoreUnavailableError } from "@sojourn/core";
import { replicatedStore } from "@sojourn/replicated";
import { expect, test } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { holds, pass, settled, stage, type Stage, stand, type Stood } from "./stage.ts";

const P = "one-partition---";
const [a, b, c] = ["a", "b", "c"].map(handle) as [string, string, string];
const ref = (name: string) => ({ partition: P, handle: name });

/** The stores of three, after one was promoted while the primary was away. */
async function promoted(): Promise<Stage & { old: Stood; first: Stood; second: Stood }> {
  const staged = stage(2);
  const { store, primary, replicas, clock } = staged;
  await store.create(newRecord(P, a), NOW);
  await settled();
  const [first, second] = replicas as [Stood, Stood];
  primary.fault = "fail";
  // A login that only the old primary has.
  await primary.inside.create(newRecord(P, b), NOW);
  await pass(clock, 10);
  await store.promote(first.seen);
  return { ...staged, old: primary, first, second };
}

test("the promoted replica takes the writes, and the other replica follows it", async () => {
  const { store, first, second, heard } = await promoted();
  expect(heard("promoted")).toEqual([{ type: "promoted", store: 1, at: NOW + 10 }]);
  await store.create(newRecord(P, c, { createdAt: NOW + 20 }), NOW + 20);
  expect(await store.delete(ref(a))).toBe("deleted");
  await settled();
  expect(await holds(first, P, [a, c])).toEqual(["a ended", "c lives"]);
  expect(await holds(second, P, [a, c])).toEqual(["a ended", "c lives"]);
  expect(store.replicationLag().map((lag) => lag.store)).toEqual([0, 2]);
});

test("invariant 2: what a majority has acknowledged is on the promoted one, though it had not been sent there", async () => {
  const { store, primary, replicas } = stage(2);
  const [first] = replicas as [Stood];
  await store.create(newRecord(P, a), NOW);
  await settled();
  first.fault = "fail";
  expect(await store.delete(ref(a))).toBe("deleted");
  expect(await holds(first, P, [a])).toEqual(["a lives"]);
  primary.fault = "fail";
  first.fault = null;
  await store.promote(first.seen);
  expect(await holds(first, P, [a])).toEqual(["a ended"]);
  expect(await store.read(ref(a), NOW)).toBe(null);
});

test("without a majority nothing is promoted, unless the loss is accepted", async () => {
  const { store, primary, replicas, heard } = stage(2);
  const [first, second] = replicas as [Stood, Stood];
  await store.create(newRecord(P, a), NOW);
  await settled();
  primary.fault = second.fault = "fail";
  await expect(store.promote(first.seen)).rejects.toThrow(/all that 1 stores hold.*needs 2/);
  expect(heard("promoted")).toEqual([]);
  await store.promote(first.seen, { onStale: "accept" });
  expect(heard("promoted")).toHaveLength(1);
  expect(await store.read(ref(a), NOW)).toMatchObject({ handle: a });
});

test("a promotion that failed leaves the primary as it was", async () => {
  const { store, replicas } = stage(2);
  const [first, second] = replicas as [Stood, Stood];
  first.fault = second.fault = "fail";
  await expect(store.promote(first.seen)).rejects.toThrow(StoreUnavailableError);
  first.fault = second.fault = null;
  expect(await store.create(newRecord(P, a), NOW)).toMatchObject({ status: "created" });
});

test("while one is being promoted no write is taken, and those under way are waited for", async () => {
  const { store, primary, replicas } = stage(2);
  const [first] = replicas as [Stood];
  await store.create(newRecord(P, a), NOW);
  await settled();
  const paused = primary.seen.pause("update");
  const write = store.update(ref(a), { set: { cart: "[]" } }, NOW);
  await paused.reached;
  const promoting = store.promote(first.seen);
  await settled();
  await expect(store.delete(ref(a))).rejects.toThrow("is being promoted");
  expect(await store.read(ref(a), NOW)).toMatchObject({ handle: a });
  paused.release();
  await promoting;
  expect((await write).status).toBe("updated");
  expect(await store.read(ref(a), NOW)).toMatchObject({ data: { cart: "[]" } });
});

test("only one of the replicas can be promoted; promoting the primary changes nothing", async () => {
  const { store, primary, heard } = stage(2);
  await expect(store.promote(stand().seen)).rejects.toThrow(ConfigurationError);
  await store.promote(primary.seen);
  expect(heard("promoted")).toEqual([]);
});

test("invariant 2: a login that only the old primary had ends when that is back", async () => {
  const { store, old, first, clock, heard } = await promoted();
  // Its user may have been told that there is no such session.
  expect(await store.read(ref(b), NOW)).toBe(null);
  old.fault = null;
  await pass(clock, 30_000);
  expect(await holds(old, P, [a, b])).toEqual(["a lives", "b ended"]);
  expect(await holds(first, P, [b])).toEqual(["b ended"]);
  expect(await store.read(ref(b), NOW)).toBe(null);
  expect(heard("diverged")).toMatchObject([{ store: 0, handles: [b] }]);
});

test("what the old primary had written last to a session that both know wins by its revision, or loses", async () => {
  const { store, old, clock } = await promoted();
  await old.inside.update(ref(a), { set: { cart: "old" } }, NOW + 5);
  await store.update(ref(a), { set: { cart: "new" } }, NOW + 20);
  old.fault = null;
  await pass(clock, 30_000);
  expect(await old.inside.read(ref(a), NOW)).toMatchObject({ data: { cart: "new" } });

  const other = await promoted();
  await other.old.inside.update(ref(a), { set: { cart: "old" } }, NOW + 5);
  other.old.fault = null;
  await pass(other.clock, 30_000);
  expect(await other.store.read(ref(a), NOW)).toMatchObject({ data: { cart: "old" } });
  expect(other.heard("diverged").flatMap(({ handles }) => handles)).toContain(a);
});

test("what the old primary had ended is ended everywhere when it is back", async () => {
  const { store, old, first, second, clock } = await promoted();
  await old.inside.delete(ref(a));
  await store.update(ref(a), { set: { cart: "later" } }, NOW + 1_000_000);
  old.fault = null;
  await pass(clock, 30_000);
  for (const stood of [old, first, second]) expect(await holds(stood, P, [a])).toEqual(["a ended"]);
});

test("invariant 2: an old primary counts for no majority before it has been looked through", async () => {
  const { store, old, first, second, clock } = await promoted();
  await settled();
  expect(await store.delete(ref(b))).toBe("gone");
  // It is back, and the new primary is away before anybody has looked.
  first.fault = "fail";
  old.fault = null;
  await expect(store.read(ref(b), NOW)).rejects.toThrow(StoreUnavailableError);
  // A process that knows nothing of all this is no wiser, and gives no answer either.
  const other = replicatedStore({
    primary: first.seen,
    replicas: [old.seen, second.seen],
    clock,
  });
  await expect(other.list(P, NOW)).rejects.toThrow(StoreUnavailableError);
  await other.close();
  first.fault = null;
  await pass(clock, 30_000);
  first.fault = "fail";
  expect(await store.read(ref(b), NOW)).toBe(null);
  expect(await store.read(ref(a), NOW)).toMatchObject({ handle: a });
});

test("an old primary that has not been looked through is not promoted again", async () => {
  const { store, old, first } = await promoted();
  await settled();
  first.fault = "fail";
  old.fault = null;
  await expect(store.promote(old.seen)).rejects.toThrow(StoreUnavailableError);
});

test("two primaries end up alike: by revision, and what one has ended is ended", async () => {
  const { store, primary, replicas, clock, another } = stage(2);
  const [first] = replicas as [Stood];
  const other = another();
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await settled();
  // The operator has promoted in one process and not in the other.
  await store.promote(first.seen);
  await store.update(ref(a), { set: { cart: "1" } }, NOW + 50);
  await other.update(ref(a), { set: { cart: "2" } }, NOW + 20);
  await other.delete(ref(b));
  await store.update(ref(b), { set: { cart: "3" } }, NOW + 60);
  await pass(clock, 600_000);
  for (const stood of [primary, ...replicas]) {
    expect(await holds(stood, P, [a, b])).toEqual(["a lives", "b ended"]);
    expect(await stood.inside.read(ref(a), NOW)).toMatchObject({ data: { cart: "1" } });
  }
});
