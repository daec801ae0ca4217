import { expect, test } from "vitest";
import { Heap } from "../src/internal/heap.ts";

test("whatever comes, moves and goes, the first is the smallest", () => {
  const heap = new Heap();
  const keys = new Map<number, number>();
  // A sequence with a long period in place of chance: what fails can be run again.
  let state = 7;
  const below = (bound: number) => (state = (state * 48_271) % 2_147_483_647) % bound;
  for (let i = 0; i < 5_000; i++) {
    const row = below(200);
    const key = below(1_000);
    if (!keys.has(row)) {
      heap.add(row, key);
      keys.set(row, key);
    } else if (below(2) === 0) {
      heap.move(row, key);
      keys.set(row, key);
    } else {
      heap.remove(row);
      keys.delete(row);
    }
    const first = heap.first();
    const smallest = keys.size === 0 ? undefined : Math.min(...keys.values());
    expect(first === undefined ? undefined : keys.get(first)).toBe(smallest);
  }
});

test("rows come out by their keys, those above a bound not at all", () => {
  const heap = new Heap();
  for (let row = 0; row < 1_000; row++) heap.add(row, (row * 377) % 1_000);
  const rows: number[] = [];
  for (let row = heap.first(899); row !== undefined; row = heap.first(899)) {
    rows.push((row * 377) % 1_000);
    heap.remove(row);
  }
  expect(rows).toEqual(Array.from({ length: 900 }, (_, i) => i));
});
