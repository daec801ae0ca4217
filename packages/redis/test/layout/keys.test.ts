import type { Store } from "@sojourn/core";
import { createStore } from "@sojourn/redis/layout";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  handle,
  HOUR,
  keyOf,
  type Layout,
  MINUTE,
  newPartition,
  newRecord,
  PREFIX,
  put,
  SECOND,
  SLACK,
  startLayout,
} from "./redis.ts";

const APART = { long: "x".repeat(2_000) };

let layout: Layout;
beforeAll(async () => (layout = await startLayout()));
afterAll(() => layout.stop());

/** Every operation, in every way that takes another path through a script. */
async function everything(store: Store, partition: string, now: number): Promise<void> {
  const record = (i: number, data = {}) => newRecord(now, { partition, handle: handle(i), data });
  const evict = { max: 3, onLimit: "evict-least-recent" } as const;
  for (let i = 0; i < 5; i++) {
    await store.create(record(i, i % 2 === 0 ? APART : {}), now, { limit: evict });
  }
  await store.create(record(6), now, { replaces: handle(4), limit: { max: 3, onLimit: "refuse" } });
  await store.create(record(7), now, { limit: { max: 3, onLimit: "refuse" } });
  await store.create(record(6), now);
  for (const data of [APART, { a: "1" }, APART]) await store.update(record(6), { set: data }, now);
  const touch = { lastSeenAt: now + 1, idleExpiresAt: now + 2 * HOUR };
  await store.update(record(6), { unset: ["long"], touch }, now, { maxBytes: 100 });
  await store.update(record(6), { expect: { long: "1" } }, now);
  await store.update(record(3), { credential: { from: "credential 0", to: "1" } }, now);
  await store.update(record(3), { envelope: { expiresAt: now + HOUR } }, now, { ifVersion: 9 });
  await store.read(record(6), now);
  await store.list(partition, now, { withData: true });
  await store.delete(record(3), { ifVersion: 1 });
  await store.delete(record(2));
  await store.deleteAll(partition, now, { except: handle(6) });
  await store.deleteAll(partition, now);
}

describe("a script touches no key but the partition's", () => {
  /** A client of a user who may touch that key and no other. */
  async function confined(key: string): Promise<Redis> {
    await layout.client.call(
      "ACL",
      "SETUSER",
      "confined",
      "reset",
      "on",
      ">secret",
      "+@all",
      `~${key}`,
    );
    return new Redis(layout.url, { username: "confined", password: "secret" });
  }

  for (const clock of ["application", "server"] as const) {
    test(`clock: ${clock}`, async () => {
      const partition = newPartition();
      const client = await confined(keyOf({ partition }));
      const store = createStore(layout.connection(client), { prefix: PREFIX, clock });
      const now = await layout.now();
      await everything(store, partition, now);
      // The fence stands: another partition is out of reach.
      await expect(everything(store, newPartition(), now)).rejects.toThrow(/NOPERM|No permissions/);
      client.disconnect();
    });
  }

  test("what expired is looked for in the index, whose key is the only one besides", async () => {
    const client = await confined(`${PREFIX}expiry`);
    const store = createStore(layout.connection(client), { prefix: PREFIX, keepExpired: HOUR });
    expect(await store.sweep(await layout.now(), 10)).toEqual([]);
    client.disconnect();
  });
});

test("no command looks through the keys, and none is dearer than the sessions of one user", async () => {
  const now = await layout.now();
  const counted = await layout.count(async () => {
    for (const clock of ["application", "server"] as const) {
      await everything(layout.store({ clock, keepExpired: HOUR }), newPartition(), now);
    }
    await layout.store({ keepExpired: HOUR }).sweep(now + 48 * HOUR, 100);
  });
  expect(Object.keys(counted).toSorted()).toEqual([
    "eval",
    "evalsha",
    "hdel",
    "hget",
    "hkeys",
    "hlen",
    "hmget",
    "hset",
    "pexpire",
    "pttl",
    "time",
    "zadd",
    "zrangebyscore",
    "zremrangebyrank",
    "zremrangebyscore",
  ]);
});

describe("every key goes by itself", () => {
  /** When the key goes lies `ms` after the server's time during `run`. */
  async function expectToLive(key: string, ms: number, run: () => Promise<unknown>): Promise<void> {
    const earliest = await layout.now();
    await run();
    const latest = await layout.now();
    const at = Number(await layout.client.call("PEXPIRETIME", key));
    expect(at).toBeGreaterThanOrEqual(earliest + ms);
    expect(at).toBeLessThanOrEqual(latest + ms);
  }

  test("after its longest session, by the slack", async () => {
    const store = layout.store();
    const now = await layout.now();
    const first = newRecord(now, { idleExpiresAt: now + HOUR });
    const key = keyOf(first);
    const shorter = { ...first, handle: handle(1), idleExpiresAt: now + 10 * MINUTE };
    const longer = { ...first, handle: handle(2), idleExpiresAt: now + 3 * HOUR };
    await expectToLive(key, HOUR + SLACK, () => store.create(first, now));
    const kept = Number(await layout.client.call("PEXPIRETIME", key));
    await store.create(shorter, now);
    expect(await layout.client.call("PEXPIRETIME", key)).toBe(kept);
    await expectToLive(key, 3 * HOUR + SLACK, () => store.create(longer, now));

    const touch = { lastSeenAt: now, idleExpiresAt: now + 5 * HOUR };
    await expectToLive(key, 5 * HOUR + SLACK, () => store.update(longer, { touch }, now));
    const later = { expiresAt: now + 99 * HOUR, idleExpiresAt: now + 99 * HOUR };
    await expectToLive(key, 99 * HOUR + SLACK, () => store.update(first, { envelope: later }, now));
    // What shortens a session leaves the key: another may need it.
    const before = await layout.client.call("PEXPIRETIME", key);
    await store.update(first, { envelope: { expiresAt: now + 1 } }, now);
    await store.deleteAll(first.partition, now, { except: first.handle });
    expect(await layout.client.call("PEXPIRETIME", key)).toBe(before);
  });

  test("a stamp alone after 10 minutes", async () => {
    const partition = newPartition();
    const now = await layout.now();
    const run = () => layout.store().deleteAll(partition, now);
    await expectToLive(keyOf({ partition }), 10 * MINUTE, run);
  });

  test("with keepExpired that much later; the index of deadlines too", async () => {
    const store = layout.store({ prefix: `${PREFIX}kept:`, keepExpired: 7 * HOUR });
    const now = await layout.now();
    const record = newRecord(now, { idleExpiresAt: now + HOUR });
    const key = `${PREFIX}kept:{${record.partition}}`;
    await expectToLive(key, 8 * HOUR + SLACK, () => store.create(record, now));
    const index = Number(await layout.client.call("PEXPIRETIME", `${PREFIX}kept:expiry`));
    expect(index).toBeGreaterThanOrEqual(now + 8 * HOUR);
  });

  test("also one whose session had expired when it was created", async () => {
    const now = await layout.now();
    for (const ago of [0, SECOND, SLACK + SECOND, HOUR]) {
      const record = newRecord(now, { idleExpiresAt: now - ago });
      await layout.store().create(record, now);
      expect(await layout.client.call("PEXPIRETIME", keyOf(record))).not.toBe(-1);
    }
  });

  test("whatever is done, and whatever the clock", async () => {
    const now = await layout.now();
    for (const clock of ["application", "server"] as const) {
      await everything(layout.store({ clock, keepExpired: MINUTE }), newPartition(), now);
    }
    const keys = await layout.client.keys("*");
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect([key, await layout.client.pttl(key)]).not.toEqual([key, -1]);
  });
});

describe("sessions that expired do not pile up", () => {
  const DAY = 24 * HOUR;
  for (const data of [{}, APART]) {
    const what = data === APART ? "with much data" : "with little data";
    test(`${what}: under a limit there are never more than that`, async () => {
      const store = layout.store();
      const partition = newPartition();
      const limit = { max: 10, onLimit: "evict-least-recent" } as const;
      let now = 1_800_000_000_000;
      for (let i = 0; i < 50; i++) {
        const record = newRecord(now, { partition, handle: handle(i), data });
        expect(await store.create(record, now, { limit })).toMatchObject({ status: "created" });
        const fields = await layout.client.hkeys(keyOf({ partition }));
        // Data that lies apart takes a field too, and the hash is full with half as many.
        const full = data === APART ? 5 : 10;
        expect(fields.filter((field) => field.length === 22).length).toBe((i % full) + 1);
        now += 2 * DAY;
      }
    });

    test(`${what}: without a limit they are cleared away every so often`, async () => {
      const store = layout.store();
      const partition = newPartition();
      let now = 1_800_000_000_000;
      await store.deleteAll(partition, now);
      for (let i = 0; i < 300; i++) {
        now += 2 * DAY;
        await put(store, newRecord(now, { partition, handle: handle(i), data }), now);
        expect(await layout.client.hlen(keyOf({ partition }))).toBeLessThanOrEqual(102);
      }
    });
  }
});
