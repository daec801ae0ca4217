import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { handle, newRecord, NOW } from "./records.ts";
import { holds, pass, settled, stage, stand } from "./stage.ts";

const P = "one-partition---";
const [a, b, c, d] = ["a", "b", "c", "d"].map(handle) as [string, string, string, string];
const touch = { lastSeenAt: NOW + 1, idleExpiresAt: NOW + 2 };

test("what is written to the primary is on all replicas a moment later", async () => {
  const { store, replicas } = stage();
  await store.create(newRecord(P, a), NOW);
  await store.update({ partition: P, handle: a }, { set: { cart: "[1]" } }, NOW);
  await settled();
  for (const { inside } of replicas) {
    expect(await inside.read({ partition: P, handle: a }, NOW)).toMatchObject({
      data: { cart: "[1]" },
      version: 2,
    });
  }
});

test("a write does not wait for replicas that do not answer", async () => {
  const { store, replicas } = stage(1);
  for (const replica of replicas) replica.fault = "hang";
  expect(await store.create(newRecord(P, a), NOW)).toMatchObject({ status: "created" });
  expect(await store.delete({ partition: P, handle: a })).toBe("deleted");
});

test("whoever a login evicts or replaces ends on the replicas as well", async () => {
  const { store, replicas } = stage();
  const limit = { max: 2, onLimit: "evict-least-recent" } as const;
  await store.create(newRecord(P, a), NOW, { limit });
  await store.create(newRecord(P, b), NOW + 1, { limit });
  await store.create(newRecord(P, c), NOW + 2, { limit });
  await store.create(newRecord(P, d), NOW + 3, { limit, replaces: b });
  await settled();
  for (const replica of replicas) {
    const there = await holds(replica, P, [a, b, c, d]);
    expect(there).toEqual(["a ended", "b ended", "c lives", "d lives"]);
  }
});

test("revoking all takes along the stamp, and spares whom it spares", async () => {
  const { store, replicas } = stage();
  for (const one of [a, b, c]) await store.create(newRecord(P, one), NOW);
  await store.deleteAll(P, NOW + 5, { except: b });
  await settled();
  for (const replica of replicas) {
    expect(await holds(replica, P, [a, b, c])).toEqual(["a ended", "b lives", "c ended", "stamp"]);
  }
});

test("a session that changed a hundred times while a replica was away is sent once, as it is now", async () => {
  const { store, replicas, clock } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  replica.fault = "fail";
  for (let i = 0; i < 100; i++) {
    await store.update({ partition: P, handle: a }, { set: { n: `${i}` } }, NOW + i);
  }
  await settled();
  expect(store.replicationLag()).toMatchObject([{ queued: 1 }]);
  replica.fault = null;
  const before = replica.seen.calls["replica.apply"];
  await pass(clock, 10_000);
  expect(await replica.inside.read({ partition: P, handle: a }, NOW)).toMatchObject({
    data: { n: "99" },
  });
  // Once from the queue, and once as what the primary's log tells since it was last looked at.
  expect(replica.seen.calls["replica.apply"] - before).toBeLessThanOrEqual(2);
});

test("a replica that is away is tried again after 100 ms, then after twice as long, at most every 10 s", async () => {
  const { store, replicas, clock } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.read({ partition: P, handle: a }, NOW);
  await settled();
  replica.fault = "fail";
  const from = clock.now();
  await store.create(newRecord(P, a), NOW);
  const tries: number[] = [];
  let seen = replica.seen.calls["replica.apply"];
  for (let ms = 0; ms <= 60_000; ms += 100) {
    await settled();
    if (replica.seen.calls["replica.apply"] > seen) tries.push(clock.now() - from);
    seen = replica.seen.calls["replica.apply"];
    await pass(clock, 100);
  }
  expect(tries).toEqual([
    0, 100, 300, 700, 1500, 3100, 6300, 12_700, 22_700, 32_700, 42_700, 52_700,
  ]);
});

test("the lag says how many wait, since when, and what failed", async () => {
  const { store, replicas, clock } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  expect(store.replicationLag()).toEqual([
    {
      store: 1,
      queued: 0,
      oldest: 0,
      behind: false,
      failures: 0,
      sent: expect.any(Number),
      overflows: 0,
      diverged: 0,
      conflicts: 0,
      refused: 0,
    },
  ]);
  replica.fault = "fail";
  await store.create(newRecord(P, b), NOW);
  await pass(clock, 50);
  await store.create(newRecord(P, c), NOW);
  await pass(clock, 20);
  const [lag] = store.replicationLag();
  expect(lag).toMatchObject({ queued: 2, oldest: 70 });
  expect(lag?.failures).toBeGreaterThan(0);
});

test("an away store and its return are told of once", async () => {
  const { store, replicas, clock, heard } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  replica.fault = "fail";
  await store.create(newRecord(P, b), NOW);
  await settled();
  await pass(clock, 5_000);
  expect(heard("store_away")).toEqual([
    { type: "store_away", store: 1, reason: "store-unavailable", at: NOW },
  ]);
  replica.fault = null;
  await pass(clock, 10_000);
  expect(heard("store_back")).toHaveLength(1);
});

test("a queue that is full is dropped, which is told, and nothing is lost by it", async () => {
  const { store, replicas, clock, heard } = stage(1, { maxQueued: 5, step: 2 });
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  replica.fault = "fail";
  const many = Array.from({ length: 12 }, (_, i) => handle(`s${i}`));
  for (const one of many) {
    await store.create(newRecord(P, one), NOW);
    for (const { queued } of store.replicationLag()) expect(queued).toBeLessThanOrEqual(5);
  }
  expect(heard("queue_overflow")[0]).toMatchObject({ store: 1, dropped: expect.any(Number) });
  expect(store.replicationLag()[0]).toMatchObject({ behind: true });
  replica.fault = null;
  await pass(clock, 30_000);
  expect(await holds(replica, P, many)).toHaveLength(12);
  expect(store.replicationLag()[0]).toMatchObject({ queued: 0, behind: false });
});

test("each step of catching up looks at so many and no more", async () => {
  const { store, primary, replicas } = stage(1, { step: 3 });
  const many = Array.from({ length: 20 }, (_, i) => handle(`s${i}`));
  for (const one of many) await primary.inside.create(newRecord(P, one), NOW);
  const limits: number[] = [];
  const { replica } = primary.inside.powers;
  const { changesSince } = replica;
  Object.assign(replica, {
    changesSince(...args: Parameters<typeof changesSince>) {
      limits.push(args[1]);
      return changesSince(...args);
    },
  });
  await store.read({ partition: P, handle: a }, NOW);
  await settled();
  await settled();
  expect(limits).toEqual([3, 3, 3, 3, 3, 3, 3]);
  const [copy] = replicas as [(typeof replicas)[0]];
  expect(await holds(copy, P, many)).toHaveLength(20);
});

test("what a process had queued when it was killed, the next one finds", async () => {
  const { store, replicas, clock, another } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  replica.fault = "fail";
  await store.delete({ partition: P, handle: a });
  await store.create(newRecord(P, b), NOW);
  await store.close();
  replica.fault = null;
  const next = another();
  await next.read({ partition: P, handle: c }, NOW);
  await pass(clock, 1);
  expect(await holds(replica, P, [a, b])).toEqual(["a ended", "b lives"]);
});

test("what a process had queued that nobody starts again, the others find within catchUpEvery", async () => {
  const { store, replicas, clock, another } = stage(1, { catchUpEvery: 60_000 });
  const [replica] = replicas as [(typeof replicas)[0]];
  const other = another();
  await other.read({ partition: P, handle: a }, NOW);
  await store.read({ partition: P, handle: a }, NOW);
  await settled();
  replica.seen.failNext("replica.apply");
  await store.create(newRecord(P, a), NOW);
  await settled();
  await store.close();
  expect(await holds(replica, P, [a])).toEqual([]);
  await pass(clock, 60_000);
  expect(await holds(replica, P, [a])).toEqual(["a lives"]);
});

test("a replica that lost all it had gets all of it again", async () => {
  const first = stand();
  const { store, clock, heard } = stage([first], { catchUpEvery: 60_000 });
  await store.create(newRecord(P, a), NOW);
  await store.create(newRecord(P, b), NOW);
  await store.delete({ partition: P, handle: b });
  await settled();
  // Another server under the same address, with nothing in it.
  const empty = memoryStore({ replicable: true });
  Object.assign(first.seen, stand(empty).seen);
  Object.assign(first.inside.powers.replica, empty.powers.replica);
  await pass(clock, 60_000);
  expect(heard("catch_up_restarted")).toMatchObject([{ store: 1, reason: "history-lost" }]);
  const states = await empty.powers.replica.states(P, [a, b], NOW);
  expect(states.map(({ kind }) => kind)).toEqual(["record", "tombstone"]);
});

test("one session that a full replica cannot take does not keep the others, and is told of", async () => {
  const full = stand(memoryStore({ replicable: true, maxSessions: 2 }));
  const { store, heard } = stage([full]);
  for (const one of [a, b, c]) await store.create(newRecord(P, one), NOW);
  await store.delete({ partition: P, handle: a });
  await settled();
  await store.update({ partition: P, handle: b }, { touch }, NOW + 1);
  await settled();
  expect(heard("state_refused")[0]).toMatchObject({ store: 1, reason: "store-full" });
  expect(store.replicationLag()[0]?.refused).toBeGreaterThan(0);
  expect(await holds(full, P, [a, b])).toEqual(["a ended", "b lives"]);
});

test("drain waits until all is sent, and says so", async () => {
  const { store, replicas, clock } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  replica.fault = "fail";
  await store.create(newRecord(P, a), NOW);
  const drained = store.drain({ within: 60_000 });
  await settled();
  await pass(clock, 100);
  replica.fault = null;
  await pass(clock, 2_000);
  expect(await drained).toBe(true);
  expect(await holds(replica, P, [a])).toEqual(["a lives"]);
});

test("drain gives up when its time is up, or when it is told to", async () => {
  const { store, replicas, clock } = stage(1);
  for (const replica of replicas) replica.fault = "fail";
  await store.create(newRecord(P, a), NOW);
  const late = store.drain({ within: 500 });
  await pass(clock, 500);
  expect(await late).toBe(false);
  const ended = new AbortController();
  const told = store.drain({ within: 60_000, signal: ended.signal });
  ended.abort();
  expect(await told).toBe(false);
  expect(await store.drain({ signal: AbortSignal.abort() })).toBe(false);
});

test("after close nothing is sent, and calls say that it is closed", async () => {
  const { store, replicas, clock } = stage(1);
  const [replica] = replicas as [(typeof replicas)[0]];
  await store.create(newRecord(P, a), NOW);
  await settled();
  await store.close();
  const { calls } = replica.seen;
  const before = JSON.stringify(calls);
  await expect(store.create(newRecord(P, b), NOW)).rejects.toThrow("closed");
  await expect(store.read({ partition: P, handle: a }, NOW)).rejects.toThrow("closed");
  await pass(clock, 600_000);
  expect(JSON.stringify(calls)).toBe(before);
});

test("a sweep clears away in the replicas, too, and gives each session once", async () => {
  const { store, replicas } = stage();
  const soon = { idleExpiresAt: NOW + 10 };
  await store.create(newRecord(P, a, soon), NOW);
  await settled();
  expect((await store.sweep(NOW + 10, 10)).map((record) => record.handle)).toEqual([a]);
  await settled();
  for (const { inside } of replicas) expect(await inside.sweep(NOW + 10, 10)).toEqual([]);
});
