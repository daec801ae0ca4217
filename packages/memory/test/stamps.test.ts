import { NOT_BEFORE_KEPT } from "@sojourn/core";
import { expect, test } from "vitest";
import { Stamps } from "../src/internal/stamps.ts";
import { NOW } from "./records.ts";

test("a stamp is kept for ten minutes at least and twenty at most, however many there are", () => {
  for (const offset of [0, 1, NOT_BEFORE_KEPT / 2, NOT_BEFORE_KEPT - 1]) {
    const stamps = new Stamps();
    stamps.set("first", NOW - offset);
    stamps.set("ours", NOW);
    for (let minute = 0; minute < 10; minute++) {
      expect(stamps.get("ours")).toBe(NOW);
      stamps.set(`another ${minute}`, NOW + minute * 60_000);
    }
    stamps.age(NOW + NOT_BEFORE_KEPT - 1);
    expect(stamps.get("ours")).toBe(NOW);
    stamps.age(NOW + NOT_BEFORE_KEPT);
    stamps.age(NOW + 2 * NOT_BEFORE_KEPT);
    expect(stamps.get("ours")).toBe(-Infinity);
  }
});

test("after a silence of hours no stamp is left", () => {
  const stamps = new Stamps();
  stamps.set("ours", NOW);
  stamps.age(NOW + 20 * NOT_BEFORE_KEPT);
  expect(stamps.get("ours")).toBe(-Infinity);
});
