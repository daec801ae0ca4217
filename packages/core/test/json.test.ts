import { InvalidDataError } from "@sojourn/core";
import { expect, test } from "vitest";
import { cloneJson, parseJson, stringifyJson } from "../src/internal/json.ts";

test("what JSON holds comes back equal", () => {
  for (const value of [
    null,
    true,
    "",
    "\u0000\u2028\ud83d\ude00",
    0,
    -1.5,
    1e300,
    [],
    [1, [2, [{}]]],
    { a: { b: [null] }, "": 1 },
    Object.assign(Object.create(null) as object, { a: 1 }),
  ]) {
    expect(parseJson(stringifyJson(value, "key"))).toEqual(value);
  }
});

test("what JSON cannot hold is refused, with the key in the message and not the value", () => {
  const circular: unknown[] = [];
  circular.push(circular);
  class Money {
    amount = "top secret";
  }
  for (const value of [
    undefined,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    1n,
    Symbol("top secret"),
    () => "top secret",
    new Date(),
    new Map(),
    /top secret/,
    new Money(),
    { deep: [{ deeper: new Money() }] },
    circular,
  ]) {
    const attempt = () => stringifyJson(value, "cart");
    expect(attempt).toThrow(InvalidDataError);
    expect(attempt).toThrow(/"cart"/);
    expect(attempt).not.toThrow(/top secret/);
  }
});

test("an absent member stays absent", () => {
  expect(stringifyJson({ a: undefined, b: 1 }, "key")).toBe('{"b":1}');
});

test("names that reach a prototype are refused on the way in and on the way out (G2)", () => {
  for (const name of ["__proto__", "constructor", "prototype"]) {
    const escaped = `\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}`;
    for (const spelling of [name, escaped]) {
      for (const text of [`{"${spelling}":1}`, `[{"a":{"${spelling}":{}}}]`]) {
        expect(() => parseJson(text)).toThrow();
        expect(() => stringifyJson(JSON.parse(text), "key")).toThrow(InvalidDataError);
      }
    }
    expect(parseJson(`"${name}"`)).toBe(name);
    expect(parseJson(`{"a":"${name}"}`)).toEqual({ a: name });
  }
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("a clone shares nothing with what it was made from", () => {
  const value = { list: [{ a: 1 }], map: { b: [2] } };
  const clone = cloneJson(value);
  expect(clone).toEqual(value);
  clone.list[0]!.a = 2;
  clone.map.b.push(3);
  expect(value).toEqual({ list: [{ a: 1 }], map: { b: [2] } });
});
