import { expect, test } from "vitest";
import { Expiring } from "../src/internal/expiring.ts";
import { NOW } from "./records.ts";

test("what has run out is not found, and does not pile up", () => {
  const values = new Expiring<number>();
  values.set("lasting", -1, Infinity, NOW);
  for (let i = 0; i < 100_000; i++) {
    values.set(`${i}`, i, NOW + i + 100, NOW + i);
    expect(values.size).toBeLessThan(300);
  }
  const now = NOW + 100_000;
  expect(values.get("99999", now)?.value).toBe(99_999);
  expect(values.get("99900", now)).toBeUndefined();
  expect(values.get("lasting", now)?.value).toBe(-1);
});

test("those that have not run out are given, up to a limit", () => {
  const values = new Expiring<number>();
  for (let i = 0; i < 10; i++) values.set(`${i}`, i, NOW + i, NOW);
  expect(values.live(NOW + 5, 100)).toEqual([6, 7, 8, 9]);
  expect(values.live(NOW + 5, 2)).toEqual([6, 7]);
  values.delete("7");
  expect(values.live(NOW + 5, 2)).toEqual([6, 8]);
});
