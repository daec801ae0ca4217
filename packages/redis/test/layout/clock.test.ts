import type { Store } from "@sojourn/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  handle,
  HOUR,
  type Layout,
  MINUTE,
  newPartition,
  newRecord,
  SECOND,
  startLayout,
} from "./redis.ts";

let layout: Layout;
beforeAll(async () => (layout = await startLayout()));
afterAll(() => layout.stop());

describe("clock: server", () => {
  for (const [what, skew] of [
    ["behind", -HOUR],
    ["ahead", HOUR],
    ["wrong by years", 1e12],
  ] as const) {
    test(`an application whose clock is ${what} ends no session early, and none late`, async () => {
      const store = layout.store({ clock: "server" });
      const server = await layout.now();
      const said = server + skew;
      const partition = newPartition();
      const live = newRecord(server, {
        partition,
        handle: handle(0),
        idleExpiresAt: server + 10 * MINUTE,
      });
      const over = newRecord(server, {
        partition,
        handle: handle(1),
        idleExpiresAt: server - SECOND,
      });
      for (const record of [live, over]) {
        expect(await store.create(record, said)).toEqual({ status: "created", evicted: [] });
      }
      expect(await store.read(live, said)).toEqual({ ...live, version: 1 });
      expect(await store.read(over, said)).toBe(null);
      expect(await store.list(partition, said)).toEqual([{ ...live, version: 1 }]);
      expect(await store.update(over, { set: { a: "1" } }, said)).toEqual({ status: "gone" });
      expect(await store.update(live, { set: { a: "1" } }, said)).toMatchObject({
        status: "updated",
      });
      expect(await store.create(live, said)).toEqual({ status: "exists" });
      expect(await store.create(over, said)).toEqual({ status: "created", evicted: [] });
      const limit = { max: 2, onLimit: "refuse" } as const;
      const next = newRecord(server, {
        partition,
        handle: handle(2),
        idleExpiresAt: server + HOUR,
      });
      expect(await store.create(next, said, { limit })).toEqual({ status: "created", evicted: [] });
      const revoked = await store.deleteAll(partition, said);
      expect(revoked.toSorted()).toEqual([live.handle, next.handle]);
    });

    test(`the stamp of deleteAll is the server's time, though the application's is ${what}`, async () => {
      const store = layout.store({ clock: "server" });
      const before = await layout.now();
      const partition = newPartition();
      await store.deleteAll(partition, before + skew);
      const after = await layout.now();
      const login = (authenticatedAt: number) =>
        store.create(newRecord(after, { partition, authenticatedAt }), after + skew);
      expect(await login(before - 1)).toEqual({ status: "revoked" });
      expect(await login(after + 1)).toEqual({ status: "created", evicted: [] });
    });
  }

  test("a session ends when the server's clock says so, and a sweep finds it", async () => {
    const options = { clock: "server", keepExpired: HOUR, prefix: "layout:swept:" } as const;
    const store = layout.store(options);
    const server = await layout.now();
    const record = newRecord(server, { idleExpiresAt: server + 200 });
    await store.create(record, server - HOUR);
    await expect.poll(() => store.read(record, server - HOUR), { timeout: 20_000 }).toBe(null);
    expect(await layout.now()).toBeGreaterThanOrEqual(server + 200);
    expect(await store.sweep(server - HOUR, 10)).toEqual([{ ...record, version: 1 }]);
    expect(await store.sweep(server - HOUR, 10)).toEqual([]);
  });
});

test("clock: application, the default: the server's time is not asked", async () => {
  const server = await layout.now();
  const said = server + 1_000 * HOUR;
  const store: Store = layout.store();
  const record = newRecord(said);
  const counted = await layout.count(async () => {
    await store.create(record, said);
    expect(await store.read(record, said)).toEqual({ ...record, version: 1 });
    expect(await store.read(record, said + HOUR)).toBe(null);
  });
  expect(counted).not.toHaveProperty("time");
});
