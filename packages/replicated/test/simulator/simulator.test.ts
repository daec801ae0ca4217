import { expect, test } from "vitest";
import type { Defect } from "./defects.ts";
import { type Report, simulate } from "./simulate.ts";

const FULL = process.env.SOJOURN_FULL === "1";

/** `SOJOURN_SEED=17 vitest run packages/replicated/test/simulator` replays one schedule, and shows all of it. */
const SEED = process.env.SOJOURN_SEED;
const SCHEDULES = FULL ? 10_000 : 100;
const AT_A_TIME = 50;

const MINUTES = 60_000;

/** Fails with the seed, what was broken, and the end of what happened. */
function check({ seed, violations, history }: Report): void {
  if (violations.length === 0) return;
  const last = SEED === undefined ? history.slice(-60) : history;
  throw new Error(
    `SOJOURN_SEED=${seed} replays it.\n${violations.join("\n")}\n\n${last.join("\n")}`,
  );
}

const first = SEED === undefined ? 1 : Number(SEED);
const seeds = Array.from({ length: SEED === undefined ? SCHEDULES : 1 }, (_, at) => first + at);
const parts = Array.from({ length: Math.ceil(seeds.length / AT_A_TIME) }, (_, at) =>
  seeds.slice(at * AT_A_TIME, (at + 1) * AT_A_TIME),
).map((part) => ({ part, from: part[0], to: part.at(-1) }));

const happened: Record<string, number> = {};

test.each(parts)(
  "invariant 2: crashes, cuts, delays, repeats and promotions bring no ended session back, and all stores agree after: schedules $from to $to",
  async ({ part }) => {
    for (const seed of part) {
      const report = await simulate(seed);
      for (const [what, count] of Object.entries(report.figures)) {
        happened[what] = (happened[what] ?? 0) + count;
      }
      check(report);
    }
  },
  5 * MINUTES,
);

test.skipIf(SEED !== undefined)("the schedules were not idle", () => {
  // Of the rarest there are a few in a hundred schedules.
  const least = { overflows: 0.02, promotions: 0.2, kills: 1.6, diverged: 0.02, revoked: 6 };
  const missing = Object.entries(least).filter(
    ([what, share]) => (happened[what] ?? 0) < share * SCHEDULES,
  );
  expect(missing).toEqual([]);
});

const defects: readonly { readonly defect: Defect; readonly from: number }[] = [
  { defect: "no tombstones", from: 1 },
  { defect: "lower revision wins", from: 1 },
  { defect: "changes out of order", from: 1 },
  { defect: "no catch-up after overflow", from: 1 },
  { defect: "majority without the primary", from: 4 },
  { defect: "promotion without a majority", from: 86 },
];

test.each(defects)(
  "the simulator finds $defect, and the seed replays",
  async ({ defect, from }) => {
    for (let seed = from; seed < from + 30; seed++) {
      const found = await simulate(seed, { defect });
      if (found.violations.length === 0) continue;
      expect(() => check(found)).toThrow(`SOJOURN_SEED=${seed} replays it`);
      const again = await simulate(seed, { defect });
      expect(again.violations).toEqual(found.violations);
      expect(again.history).toEqual(found.history);
      return;
    }
    expect.fail(`30 schedules did not show it`);
  },
);
