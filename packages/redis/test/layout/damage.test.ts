import { CorruptRecordError, type SessionRecord, type Store } from "@sojourn/core";
import { createStore, type LayoutOptions } from "@sojourn/redis/layout";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { connect } from "../../src/internal/clients/connect.ts";
import { guard } from "../../src/internal/guard.ts";
import { handle, keyOf, type Layout, newRecord, PREFIX, put, startLayout } from "./redis.ts";

const NOW = 1_800_000_000_000;

let layout: Layout;
let store: Store;
beforeAll(async () => {
  layout = await startLayout();
  store = storeWith();
});
afterAll(() => layout.stop());

/** As `redisStore` makes it: what the server refuses is one of our errors. */
function storeWith(options: LayoutOptions = {}): Store {
  return createStore(guard(connect(layout.client), { timeLimit: 20_000 }), {
    prefix: PREFIX,
    ...options,
  });
}

const INLINE = { cart: '["socks"]', "": "{}", "a\nb": '"\u{1f9e6}"' };
const APART = { ...INLINE, long: "x".repeat(2_000) };

/** The field itself, as the server has it. */
function field(record: SessionRecord, suffix = ""): Promise<Buffer> {
  const { client } = layout;
  return client.hgetBuffer(keyOf(record), record.handle + suffix) as Promise<Buffer>;
}

async function damage(record: SessionRecord, value: string | Buffer, suffix = ""): Promise<void> {
  await layout.client.hset(keyOf(record), record.handle + suffix, value);
}

function stored(data: Record<string, string> = INLINE): Promise<SessionRecord> {
  return put(store, newRecord(NOW, { data }), NOW);
}

/** Whatever asks for the record is told that it is none. */
async function expectCorrupt(record: SessionRecord, through = store): Promise<void> {
  const { partition, version } = record;
  const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + 1 };
  await refused(
    () => through.read(record, NOW),
    () => through.update(record, { set: { a: "1" } }, NOW),
    () => through.update(record, { touch }, NOW),
    () => through.delete(record, { ifVersion: version }),
    () => through.list(partition, NOW),
    () => through.list(partition, NOW, { withData: true }),
  );
}

async function refused(...calls: readonly (() => Promise<unknown>)[]): Promise<void> {
  for (const call of calls) await expect(call()).rejects.toThrow(CorruptRecordError);
}

/** A login takes its place, a revocation clears it away, and nobody is told that a session ended. */
async function expectToGiveWay(record: SessionRecord): Promise<void> {
  const { partition } = record;
  const { client } = layout;
  const field = await client.hgetall(keyOf(record));
  for (const onLimit of ["evict-least-recent", "refuse"] as const) {
    for (const other of [record.handle, handle(1)]) {
      await client.del(keyOf(record));
      await client.hset(keyOf(record), field);
      const login = { ...record, handle: other };
      const limit = { max: 1, onLimit };
      expect(await store.create(login, NOW, { limit })).toEqual({ status: "created", evicted: [] });
      expect(await store.list(partition, NOW)).toMatchObject([{ handle: other }]);
    }
  }
  await client.del(keyOf(record));
  await client.hset(keyOf(record), field);
  expect(await store.deleteAll(partition, NOW)).toEqual([]);
  expect(await client.hkeys(keyOf(record))).toEqual(["!"]);
}

describe("another type of value under a partition's key", () => {
  const kinds: Record<string, (key: string) => Promise<unknown>> = {
    string: (key) => layout.client.set(key, "x"),
    list: (key) => layout.client.rpush(key, "x"),
    set: (key) => layout.client.sadd(key, "x"),
    "sorted set": (key) => layout.client.zadd(key, 1, "x"),
    stream: (key) => layout.client.xadd(key, "*", "x", "x"),
  };
  for (const [kind, poison] of Object.entries(kinds)) {
    test(`${kind}: every operation says that it is no record, and leaves it`, async () => {
      for (const clock of ["application", "server"] as const) {
        const through = storeWith({ clock });
        const record = { ...newRecord(NOW), version: 1 };
        await poison(keyOf(record));
        await expectCorrupt(record, through);
        await refused(
          () => through.create(record, NOW, { limit: { max: 1, onLimit: "refuse" } }),
          () => through.delete(record),
          () => through.deleteAll(record.partition, NOW),
        );
        expect(await layout.client.exists(keyOf(record))).toBe(1);
      }
    });
  }
});

describe("a foreign hash under a partition's key", () => {
  test("with names that are none of ours: nothing is there, and logins work", async () => {
    const record = newRecord(NOW);
    await layout.client.hset(keyOf(record), { name: "x", [`${"x".repeat(23)}`]: "y" });
    const { partition } = record;
    expect(await store.read(record, NOW)).toBe(null);
    expect(await store.update(record, { set: { a: "1" } }, NOW)).toEqual({ status: "gone" });
    expect(await store.delete(record, { ifVersion: 1 })).toBe("gone");
    expect(await store.delete(record)).toBe("gone");
    expect(await store.list(partition, NOW)).toEqual([]);
    expect(await store.deleteAll(partition, NOW - 60_000)).toEqual([]);
    const limit = { max: 1, onLimit: "refuse" } as const;
    expect(await store.create(record, NOW, { limit })).toEqual({ status: "created", evicted: [] });
    expect(await store.read(record, NOW)).toMatchObject({ handle: record.handle });
  });

  test("with a name as long as a handle: no record, and it gives way", async () => {
    const record = { ...newRecord(NOW), version: 1 };
    await damage(record, "y");
    await expectCorrupt(record);
    await expectToGiveWay(record);
  });
});

describe("a record that is damaged", () => {
  const values = [
    "",
    "\n",
    "\u0010\n",
    "1",
    "1\n",
    "\n".repeat(12),
    '{"version":1}',
    "1\n1\nnonsense",
  ];
  for (const value of values) {
    test(`${JSON.stringify(value)} is none`, async () => {
      const record = await stored();
      await damage(record, value);
      await expectCorrupt(record);
      await expectToGiveWay(record);
    });
  }

  test("cut anywhere, it is none", async () => {
    for (const data of [{}, INLINE, APART]) {
      const record = await stored(data);
      const whole = await field(record);
      for (let length = 0; length < whole.length; length++) {
        await damage(record, whole.subarray(0, length));
        await expectCorrupt(record);
      }
      await expectToGiveWay(record);
    }
  });

  test("cut at the front, it is none", async () => {
    const record = await stored();
    const whole = await field(record);
    for (let from = 1; from < whole.length; from++) {
      await damage(record, whole.subarray(from));
      await expect(store.read(record, NOW)).rejects.toThrow(CorruptRecordError);
    }
  });

  test("data that lies apart and is cut anywhere, or gone, is not read as less", async () => {
    const record = await stored(APART);
    const whole = await field(record, ".");
    const cuts = Array.from({ length: 100 }, (_, i) => i).concat(
      Array.from({ length: 100 }, (_, i) => whole.length - 1 - i),
    );
    for (const length of [...cuts, null]) {
      if (length === null) await layout.client.hdel(keyOf(record), `${record.handle}.`);
      else await damage(record, whole.subarray(0, length), ".");
      await refused(
        () => store.read(record, NOW),
        () => store.update(record, { set: { a: "1" } }, NOW),
        () => store.update(record, {}, NOW, { maxBytes: 1_000_000 }),
        () => store.update(record, { expect: { cart: null } }, NOW),
        () => store.update(record, {}, NOW, { ifVersion: 7 }),
        () => store.list(record.partition, NOW, { withData: true }),
      );
    }
    // Its envelope is whole: it can be listed, counted and revoked.
    expect(await store.list(record.partition, NOW)).toEqual([{ ...record, data: {} }]);
    expect(await store.deleteAll(record.partition, NOW)).toEqual([record.handle]);
  });

  test("data that lies apart and is something else is not read", async () => {
    const record = await stored(APART);
    for (const value of ["x\nkey\ntext\n\u0010\n", "\u0010\n", "\n\u0010\n", await field(record)]) {
      await damage(record, value, ".");
      await refused(
        () => store.read(record, NOW),
        () => store.update(record, { set: { a: "1" } }, NOW),
      );
    }
  });

  test("a login in its place leaves nothing of its data", async () => {
    const record = await stored(APART);
    await damage(record, "");
    await put(store, { ...record, data: {} }, NOW);
    expect(await layout.client.hkeys(keyOf(record))).toEqual([record.handle]);
  });

  const NUMBERS = { version: 1, createdAt: 2, lastSeenAt: 4, idleExpiresAt: 5, expiresAt: 6 };
  for (const [name, at] of Object.entries(NUMBERS)) {
    test(`with a ${name} that is no number, it is none`, async () => {
      for (const text of [
        "x",
        "nan",
        "-nan",
        "inf",
        "-inf",
        "Infinity",
        "1e999",
        "9".repeat(400),
        "1,5",
        ".",
      ]) {
        const record = await stored();
        const texts = String(await field(record)).split("\n");
        texts[at] = text;
        await damage(record, texts.join("\n"));
        await expectCorrupt(record);
        await expectToGiveWay(record);
      }
    });
  }

  test("with numbers beyond all times, no operation fails or hangs", async () => {
    for (const text of ["1e300", "-1e300", "9007199254740993", "0x7fffffffffffffff", "-1", "0"]) {
      for (const at of Object.values(NUMBERS)) {
        const record = await stored(APART);
        const texts = String(await field(record)).split("\n");
        texts[at] = text;
        await damage(record, texts.join("\n"));
        const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + 1 };
        const limit = { max: 1, onLimit: "evict-least-recent" } as const;
        await store.read(record, NOW);
        await store.update(record, { set: { a: "1" }, touch }, NOW);
        await store.list(record.partition, NOW, { withData: true });
        await store.delete(record, { ifVersion: 1 });
        await damage(record, texts.join("\n"));
        const login = { ...record, handle: handle(1) };
        expect(await store.create(login, NOW, { limit })).toMatchObject({ status: "created" });
        expect(await store.deleteAll(record.partition, NOW)).toEqual([handle(1)]);
      }
    }
  });

  test("of any size, it is none", async () => {
    for (const unit of ["x", "\n", "1\n"]) {
      const record = await stored();
      await damage(record, unit.repeat(2 ** 20));
      await expectCorrupt(record);
      await expectToGiveWay(record);
    }
  });
});

describe("a stamp of deleteAll that is no number", () => {
  for (const stamp of ["", "x", "nan", "inf", "-inf"]) {
    test(`${JSON.stringify(stamp)}: logins are refused until the next deleteAll`, async () => {
      const record = await stored();
      await layout.client.hset(keyOf(record), "!", stamp);
      const login = newRecord(NOW, { partition: record.partition, handle: handle(1) });
      await expect(store.create(login, NOW)).rejects.toThrow(CorruptRecordError);
      expect(await store.read(record, NOW)).toEqual(record);
      expect(await store.deleteAll(record.partition, NOW - 10_000)).toEqual([record.handle]);
      expect(await store.create(login, NOW)).toEqual({ status: "created", evicted: [] });
    });
  }
});
