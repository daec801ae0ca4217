import type { CreateOptions, Store } from "@sojourn/core";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  handle,
  HOUR,
  type Layout,
  MINUTE,
  newPartition,
  newRecord,
  put,
  startLayout,
} from "./redis.ts";

const NOW = 1_800_000_000_000;
const APART = { long: "x".repeat(2_000) };

let layout: Layout;
let store: Store;
beforeAll(async () => {
  layout = await startLayout();
  store = layout.store();
  // From here on the server knows the scripts.
  const record = newRecord(NOW);
  await store.create(record, NOW);
  await store.update(record, {}, NOW);
  await store.list(record.partition, NOW);
  await store.delete(record, { ifVersion: 9 });
  await store.deleteAll(record.partition, NOW);
});
afterAll(() => layout.stop());

test("a read is one command", async () => {
  for (const data of [{}, APART]) {
    const record = await put(store, newRecord(NOW, { data }), NOW);
    expect(await layout.count(() => store.read(record, NOW))).toEqual({ hmget: 1 });
  }
});

test("an update is one script, which reads and writes its own session only", async () => {
  const partition = newPartition();
  for (let i = 1; i < 100; i++)
    await put(store, newRecord(NOW, { partition, handle: handle(i) }), NOW);
  const record = await put(store, newRecord(NOW, { partition }), NOW);
  const set = { cart: "[]" };
  const once = { evalsha: 1, hget: 1, hset: 1 };
  expect(await layout.count(() => store.update(record, { set }, NOW))).toEqual(once);
  const facts = { envelope: { facts: "x" } };
  expect(await layout.count(() => store.update(record, facts, NOW))).toEqual(once);
  const earlier = { touch: { lastSeenAt: NOW, idleExpiresAt: NOW } };
  expect(await layout.count(() => store.update(record, earlier, NOW))).toEqual(once);
  // A later deadline: the key must live longer, if none of the other sessions does.
  const touch = { touch: { lastSeenAt: NOW, idleExpiresAt: NOW + 2 * HOUR } };
  const kept = { ...once, pttl: 1, pexpire: 1 };
  expect(await layout.count(() => store.update(record, touch, NOW))).toEqual(kept);
});

test("a touch of a session with much data leaves the data where it is", async () => {
  const record = await put(store, newRecord(NOW, { data: APART }), NOW);
  const touch = { touch: { lastSeenAt: NOW, idleExpiresAt: NOW + MINUTE } };
  const once = { evalsha: 1, hget: 1, hset: 1 };
  expect(await layout.count(() => store.update(record, touch, NOW))).toEqual(once);
  const set = { set: { a: "1" } };
  const both = { evalsha: 1, hget: 2, hset: 2 };
  expect(await layout.count(() => store.update(record, set, NOW))).toEqual(both);
});

test("deletes, lists and revocations of all are one command or one script", async () => {
  const partition = newPartition();
  const records = [];
  for (let i = 0; i < 100; i++) {
    records.push(await put(store, newRecord(NOW, { partition, handle: handle(i) }), NOW));
  }
  const [first, second] = records as [(typeof records)[0], (typeof records)[0]];
  expect(await layout.count(() => store.delete(first))).toEqual({ hdel: 1 });
  const deleted = { evalsha: 1, hget: 1, hdel: 1 };
  expect(await layout.count(() => store.delete(second, { ifVersion: 1 }))).toEqual(deleted);
  const listed = { evalsha: 1, hkeys: 1, hmget: 1 };
  expect(await layout.count(() => store.list(partition, NOW))).toEqual(listed);
  const revoked = { evalsha: 1, hkeys: 1, hmget: 1, hget: 1, hset: 1, hlen: 1, pexpire: 1 };
  const { hdel, ...others } = await layout.count(() => store.deleteAll(partition, NOW));
  expect(others).toEqual(revoked);
  expect(hdel).toBeLessThanOrEqual(98);
});

test("a login looks at the user's other sessions only where there are as many as may be", async () => {
  const limit = { max: 100, onLimit: "evict-least-recent" } as const;
  const partition = newPartition();
  const login = async (i: number, options: CreateOptions = { limit }) => {
    const record = newRecord(NOW + i, { partition, handle: handle(i) });
    // Whether the key must live longer depends on the millisecond.
    const { pexpire: _, ...counted } = await layout.count(() =>
      store.create(record, NOW + i, options),
    );
    return counted;
  };
  const alone = { evalsha: 1, hmget: 1, hlen: 1, hset: 1, pttl: 1 };
  for (let i = 0; i < 100; i++) expect(await login(i)).toEqual(alone);

  const all = { ...alone, hkeys: 1, hmget: 2, hdel: 1 };
  expect(await login(100)).toEqual(all);
  expect(await login(101)).toEqual(all);

  await store.delete({ partition, handle: handle(101) });
  expect(await login(102)).toEqual(alone);
  // It takes the place of another, and is told so: still they are counted, since who knows how many live.
  expect(await login(103, { limit, replaces: handle(102) })).toEqual(all);
});

test("with much data in each, a login looks no further and moves none of the data", async () => {
  const limit = { max: 100, onLimit: "evict-least-recent" } as const;
  const partition = newPartition();
  const data = { long: "x".repeat(65_536) };
  for (let i = 0; i < 100; i++) {
    await store.create(newRecord(NOW + i, { partition, handle: handle(i), data }), NOW + i, {
      limit,
    });
  }
  const login = newRecord(NOW + 100, { partition, handle: handle(100) });
  const before = await bytesSentBy(() => store.create(login, NOW + 100, { limit }));
  expect(before).toBeLessThan(1_000);
});

/** What the server's replies take. */
async function bytesSentBy(run: () => Promise<unknown>): Promise<number> {
  const sent = async () =>
    Number(/total_net_output_bytes:(\d+)/.exec(await layout.client.info("stats"))?.[1]);
  const before = await sent();
  await run();
  const asking = (await layout.client.info("stats")).length;
  return (await sent()) - before - 2 * asking;
}

test("one server that forgets its scripts, or restarts, costs one more call", async () => {
  await layout.client.script("FLUSH");
  const record = await put(store, newRecord(NOW), NOW);
  const again = { eval: 1, evalsha: 1, hget: 1, hset: 1 };
  expect(await layout.count(() => store.update(record, { set: {} }, NOW))).toEqual(again);
  const once = { evalsha: 1, hget: 1, hset: 1 };
  expect(await layout.count(() => store.update(record, { set: {} }, NOW))).toEqual(once);
});
