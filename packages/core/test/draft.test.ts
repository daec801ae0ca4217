import { InvalidDataError } from "@sojourn/core";
import { expect, test } from "vitest";
import { Draft } from "../src/internal/draft.ts";

type Values = Record<string, unknown>;

function draftOf(values: Values, guard = () => {}): Draft {
  const stored = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, JSON.stringify(value)]),
  );
  return new Draft(structuredClone(values), stored, guard, false);
}

/** What a handler that does `work` to `values` would write. */
function changesOf(values: Values, work: (data: Values) => unknown) {
  const draft = draftOf(values);
  work(draft.data);
  const changes = draft.changes();
  return changes && { ...changes, set: { ...changes.set }, expect: { ...changes.expect } };
}

test("who only looks changes nothing", () => {
  const looks: ((data: Values) => unknown)[] = [
    (data) => data["cart"],
    (data) => "cart" in data,
    (data) => Object.keys(data),
    (data) => ({ ...data }),
    (data) => JSON.stringify(data),
    (data) => structuredClone({ ...data }),
    (data) => Object.hasOwn(data, "absent"),
    (data) => data["toString"],
  ];
  for (const look of looks) expect(changesOf({ cart: ["hat"], theme: "dark" }, look)).toBeNull();
});

test("a key that is set without being read is a plain write", () => {
  expect(changesOf({ a: 1 }, (data) => (data["a"] = 2))).toEqual({
    set: { a: "2" },
    unset: [],
    expect: {},
  });
  expect(changesOf({ a: 1 }, (data) => delete data["a"])).toEqual({
    set: {},
    unset: ["a"],
    expect: {},
  });
});

test("a key that is read and then changed carries the text that it was read as", () => {
  const changed = { set: { a: "2" }, unset: [], expect: { a: "1" } };
  expect(changesOf({ a: 1, b: 1 }, (data) => (data["a"] as number) && (data["a"] = 2))).toEqual(
    changed,
  );
  expect(changesOf({ a: 1 }, (data) => "a" in data && (data["a"] = 2))).toEqual(changed);
  expect(changesOf({ a: 1 }, (data) => Object.entries(data) && (data["a"] = 2))).toEqual(changed);
});

test("a key that was found absent must still be absent", () => {
  expect(changesOf({}, (data) => (data["count"] ??= 1))).toEqual({
    set: { count: "1" },
    unset: [],
    expect: { count: null },
  });
});

test("what is read after it was set depends on nothing", () => {
  const changes = changesOf({ a: 1 }, (data) => {
    data["a"] = [];
    (data["a"] as number[]).push(2);
  });
  expect(changes).toEqual({ set: { a: "[2]" }, unset: [], expect: {} });
});

test("a change deep inside is found, and a key that is the same again is not written", () => {
  const cart = { items: [{ name: "hat", n: 1 }] };
  expect(changesOf({ cart }, (data) => (data["cart"] as typeof cart).items[0]!.n++)).toEqual({
    set: { cart: '{"items":[{"name":"hat","n":2}]}' },
    unset: [],
    expect: { cart: '{"items":[{"name":"hat","n":1}]}' },
  });
  expect(changesOf({ cart }, (data) => (data["cart"] as typeof cart).items.reverse())).toBeNull();
  expect(changesOf({ cart }, (data) => (data["cart"] = structuredClone(data["cart"])))).toBeNull();
});

test("a key that is set to undefined is removed", () => {
  expect(changesOf({ a: 1 }, (data) => (data["a"] = undefined))?.unset).toEqual(["a"]);
});

test("defineProperty and assign are seen as well", () => {
  expect(
    changesOf({}, (data) => Object.defineProperty(data, "a", { value: 1, enumerable: true }))?.set,
  ).toEqual({ a: "1" });
  expect(changesOf({}, (data) => Object.assign(data, { b: 2 }))?.set).toEqual({ b: "2" });
});

test("names that reach a prototype, and symbols, are no keys (G2)", () => {
  const { data } = draftOf({});
  for (const key of ["__proto__", "constructor", "prototype", "\ud800"]) {
    expect(() => (data[key] = 1)).toThrow(InvalidDataError);
    expect(() => Object.defineProperty(data, key, { value: 1 })).toThrow(InvalidDataError);
  }
  expect(() => Reflect.set(data, Symbol("s"), 1)).toThrow(InvalidDataError);
  expect(Reflect.setPrototypeOf(data, { polluted: true })).toBe(false);
  expect(data["polluted"]).toBeUndefined();
});

test("the guard is asked before every write, and not before a read", () => {
  const { data } = draftOf({ a: [1] }, () => {
    throw new Error("closed");
  });
  expect(data["a"]).toEqual([1]);
  expect(() => (data["a"] = 2)).toThrow("closed");
  expect(() => delete data["a"]).toThrow("closed");
  expect(() => Object.defineProperty(data, "b", { value: 1 })).toThrow("closed");
});

test("after a commit only what changes from then on is written", () => {
  const draft = draftOf({ a: 1 });
  draft.data["a"] = 2;
  draft.committed(draft.changes()!);
  expect(draft.changes()).toBeNull();
  draft.data["a"] = (draft.data["a"] as number) + 1;
  expect(draft.changes()).toMatchObject({ set: { a: "3" }, expect: { a: "2" } });
});

test("rebased, it takes what others wrote, and keeps what it changed itself", () => {
  const draft = draftOf({ mine: 1, theirs: 1, gone: 1 });
  draft.data["mine"] = (draft.data["mine"] as number) + 1;
  void draft.data["theirs"];
  draft.rebase({ mine: 5, theirs: 6, fresh: 7 }, { mine: "5", theirs: "6", fresh: "7" });
  expect({ ...draft.data }).toEqual({ mine: 2, theirs: 6, fresh: 7 });
  // Its own change still carries what it was made from: the commit finds the conflict.
  expect(draft.changes()).toMatchObject({ set: { mine: "2" }, unset: [], expect: { mine: "1" } });
});
