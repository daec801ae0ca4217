import { StoreUnavailableError } from "@sojourn/core";
import { faultyStore } from "@sojourn/testing";
import { describe, expect, test } from "vitest";
import { newRecord, NOW } from "../src/store/records.ts";
import { plainStore } from "./store/plain-store.ts";

const record = newRecord("partition-------");
const now = NOW;

function plain() {
  return plainStore(() => Promise.resolve()).store;
}

test("without a fault it is the store it was given, and counts calls", async () => {
  const store = faultyStore(plain());
  await store.create(record, now);
  await store.update(record, { set: { a: "1" } }, now);
  await store.update(record, { set: { b: "2" } }, now);
  expect(await store.read(record, now)).toMatchObject({ data: { a: "1", b: "2" }, version: 3 });
  expect(await store.list(record.partition, now)).toHaveLength(1);
  expect(await store.deleteAll(record.partition, now)).toEqual([record.handle]);
  expect(await store.delete(record)).toBe("gone");
  expect(await store.sweep(now, 1)).toEqual([]);
  expect(store.calls).toMatchObject({
    create: 1,
    read: 1,
    update: 2,
    delete: 1,
    list: 1,
    deleteAll: 1,
    sweep: 1,
  });
  expect(store.powers).toEqual({});
});

test("the powers of the store it was given fail, count and wait as the rest does", async () => {
  const spent = new Set<string>();
  const once = {
    async redeem(key: string) {
      return !spent.has(key) && spent.add(key).size > 0;
    },
  };
  const { calls, powers, failNext, pause } = faultyStore({ ...plain(), powers: { once } });
  expect(Object.keys(powers)).toEqual(["once"]);
  failNext("once.redeem", "drop-reply");
  await expect(powers.once?.redeem("key", 2, 1)).rejects.toBeInstanceOf(StoreUnavailableError);
  expect(await powers.once?.redeem("key", 2, 1)).toBe(false);
  const paused = pause("once.redeem");
  const redeemed = powers.once?.redeem("another", 2, 1);
  await paused.reached;
  expect(spent.has("another")).toBe(false);
  paused.release();
  expect(await redeemed).toBe(true);
  expect(calls["once.redeem"]).toBe(3);
});

describe("one call at a time", () => {
  test("fails without an effect", async () => {
    const store = faultyStore(plain());
    store.failNext("create");
    await expect(store.create(record, now)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.read(record, now)).toBeNull();
    expect((await store.create(record, now)).status).toBe("created");
    expect(store.calls.create).toBe(2);
  });

  test("takes effect, and the reply is lost", async () => {
    const store = faultyStore(plain());
    store.failNext("create", "drop-reply");
    await expect(store.create(record, now)).rejects.toBeInstanceOf(StoreUnavailableError);
    expect(await store.read(record, now)).not.toBeNull();
  });

  test("hangs", async () => {
    const store = faultyStore(plain());
    store.failNext("read", "hang");
    const late = new Promise((resolve) => setTimeout(() => resolve("late"), 5));
    expect(await Promise.race([store.read(record, now), late])).toBe("late");
    expect(await store.read(record, now)).toBeNull();
  });

  test("several times in a row, each operation for itself", async () => {
    const store = faultyStore(plain());
    store.failNext("read");
    store.failNext("read");
    await store.create(record, now);
    await expect(store.read(record, now)).rejects.toThrow();
    await expect(store.read(record, now)).rejects.toThrow();
    expect(await store.read(record, now)).not.toBeNull();
  });
});

test("a plan is asked about every call", async () => {
  const store = faultyStore(plain(), ({ operation, nth, nthOfAll }) => {
    if (nthOfAll === 1) return "drop-reply";
    return operation === "read" && nth === 2 ? "fail" : null;
  });
  await expect(store.create(record, now)).rejects.toThrow();
  expect(await store.read(record, now)).not.toBeNull();
  await expect(store.read(record, now)).rejects.toThrow();
  expect(await store.read(record, now)).not.toBeNull();
});

describe("a paused call", () => {
  test("has had no effect before it", async () => {
    const store = faultyStore(plain());
    await store.create(record, now);
    const paused = store.pause("update");
    const update = store.update(record, { set: { a: "1" } }, now);
    await paused.reached;
    await store.delete(record);
    paused.release();
    expect(await update).toEqual({ status: "gone" });
  });

  test("has had its effect after it", async () => {
    const store = faultyStore(plain());
    await store.create(record, now);
    const paused = store.pause("update", "after");
    const update = store.update(record, { set: { a: "1" } }, now);
    await paused.reached;
    expect((await store.read(record, now))?.data).toEqual({ a: "1" });
    expect(await store.delete(record)).toBe("deleted");
    paused.release();
    expect((await update).status).toBe("updated");
  });

  test("is one call only, and may fail once it goes on", async () => {
    const store = faultyStore(plain());
    const paused = store.pause("create");
    store.failNext("create");
    const create = store.create(record, now);
    await paused.reached;
    expect((await store.create(record, now)).status).toBe("created");
    paused.release();
    await expect(create).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});
