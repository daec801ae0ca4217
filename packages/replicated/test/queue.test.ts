import fc from "fast-check";
import { expect, test } from "vitest";
import { type Change, Queue, type Unsent } from "../src/internal/queue.ts";

const change = fc.record({
  partition: fc.constantFrom("one", "two", "three"),
  handles: fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 3 }),
  ended: fc.boolean(),
  whole: fc.boolean(),
});

const act = fc.oneof(
  change.map((given) => ({ add: given })),
  fc.integer({ min: 1, max: 3 }).map((limit) => ({ take: limit })),
  fc.constant({ putBack: true }),
  fc.constant({ drop: true }),
);

/** What waits, a line a place. */
function linesOf(partition: string, unsent: Unsent): string[] {
  const lines = Array.from(unsent.handles, (handle) => `${partition} ${handle}`);
  return unsent.whole ? [...lines, `${partition} whole`] : lines;
}

test("what was queued and not sent waits, once, until it is sent or dropped", () => {
  fc.assert(
    fc.property(fc.array(act, { maxLength: 20 }), (acts) => {
      const queue = new Queue();
      const waits = new Set<string>();
      const partitions = new Set<string>();
      let taken = new Map<string, Unsent>();

      function queued({ partition, handles, whole }: Change): void {
        partitions.add(partition);
        for (const handle of handles) waits.add(`${partition} ${handle}`);
        if (whole) waits.add(`${partition} whole`);
      }

      for (const one of acts) {
        if ("add" in one) {
          queue.add(one.add, 1);
          queued(one.add);
        } else if ("take" in one) {
          // The earlier ones have been sent.
          taken = queue.take(one.take);
          for (const [partition, unsent] of taken) {
            partitions.delete(partition);
            for (const line of linesOf(partition, unsent)) expect(waits.delete(line)).toBe(true);
          }
        } else if ("putBack" in one) {
          queue.putBack(taken);
          for (const [partition, { handles, whole }] of taken) {
            queued({ partition, handles: [...handles], whole });
          }
          taken = new Map();
        } else {
          queue.drop();
          waits.clear();
          partitions.clear();
        }
        // A partition of which the stamp alone has changed counts as one.
        const stamps = [...partitions].filter(
          (partition) => ![...waits].some((line) => line.startsWith(`${partition} `)),
        );
        expect(queue.size).toBe(waits.size + stamps.length);
      }
      const left = queue.take(Infinity);
      expect([...left].flatMap(([partition, unsent]) => linesOf(partition, unsent)).sort()).toEqual(
        [...waits].sort(),
      );
      expect(queue.size).toBe(0);
    }),
    { numRuns: 500 },
  );
});

test("the oldest goes first, also when it had to be put back", () => {
  const queue = new Queue();
  queue.add({ partition: "one", handles: ["a"] }, 1);
  queue.add({ partition: "two", handles: ["a"] }, 2);
  const taken = queue.take(1);
  queue.add({ partition: "three", handles: ["a"] }, 3);
  queue.add({ partition: "one", handles: ["b"] }, 4);
  queue.putBack(taken);
  expect(queue.since).toBe(1);
  expect([...queue.take(10).keys()]).toEqual(["one", "two", "three"]);
});

test("whoever waits is told when it was dropped", () => {
  const queue = new Queue();
  const told: boolean[] = [];
  const waiting = { tell: (sent: boolean) => void told.push(sent), isOver: false };
  queue.add({ partition: "one", handles: ["a"] }, 1, waiting);
  queue.putBack(queue.take(1));
  expect(queue.drop()).toBe(1);
  expect(told).toEqual([false]);
});

test("those whose time was up do not pile up while a replica is away", () => {
  const queue = new Queue();
  const over = { tell: () => {}, isOver: true };
  for (let i = 0; i < 10_000; i++) {
    queue.add({ partition: "one", handles: ["a"] }, 1, over);
    if (i % 100 === 0) queue.putBack(queue.take(1));
  }
  const [unsent] = queue.take(1).values();
  expect(unsent?.waiting.length).toBeLessThan(200);
});
