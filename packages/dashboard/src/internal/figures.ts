import { type Band, BOUNDS, DAMAGE, groups } from "./columns.ts";
import type { Ring, Rings } from "./rings.ts";
import { sum } from "./rings.ts";
import type { State } from "./state.ts";

/** How far back a page looks. */
export interface Range {
  readonly name: string;
  readonly label: string;
  readonly ring: keyof Omit<Rings, "entries" | "add" | "raise">;
  /** Rows of the ring in one bar of a plot, and bars. */
  readonly rows: number;
  readonly bars: number;
}

export const RANGES: readonly Range[] = [
  { name: "5m", label: "5 minutes", ring: "seconds", rows: 5, bars: 60 },
  { name: "3h", label: "3 hours", ring: "minutes", rows: 2, bars: 90 },
  { name: "7d", label: "7 days", ring: "hours", rows: 2, bars: 84 },
];

export const USUAL_RANGE: Range = RANGES[1] as Range;

export function rangeNamed(name: string | null): Range {
  return RANGES.find((range) => range.name === name) ?? USUAL_RANGE;
}

/** The bars of a plot: when each begins, and ms that each is about. The last one is not over yet. */
export interface Bars {
  readonly ring: Ring;
  readonly width: number;
  readonly starts: readonly number[];
  /** Of so many, from the first on, nothing is known: they were over before anything was counted. */
  readonly unknown: number;
}

export function barsOf({ rings, since }: State, range: Range, now: number): Bars {
  const ring = rings[range.ring];
  const width = range.rows * ring.width;
  const last = Math.floor(now / width) * width;
  const starts = Array.from({ length: range.bars }, (_, i) => last - (range.bars - 1 - i) * width);
  const unknown = starts.filter((start) => start + width <= since).length;
  return { ring, width, starts, unknown };
}

/** What was counted in each bar. */
export function countsIn(bars: Bars, columns: readonly number[]): number[] {
  const { ring, width, starts } = bars;
  return starts.map((start) => sum(ring, columns, start, start + width - 1));
}

/** The greatest value of a gauge in each bar. */
export function greatestIn({ ring, width, starts }: Bars, column: number): number[] {
  return starts.map((start) => {
    let greatest = 0;
    for (let time = start; time < start + width; time += ring.width) {
      greatest = Math.max(greatest, ring.at(column, time));
    }
    return greatest;
  });
}

export function columnsOf(bands: readonly Band[]): number[] {
  return bands.flatMap(({ columns }) => columns.map(({ index }) => index));
}

/** The buckets of a store's operations in each bar, of one or of all together. */
export function bucketsIn(bars: Bars, firsts: readonly number[]): number[][] {
  const each = BOUNDS.map((_, i) =>
    countsIn(
      bars,
      firsts.map((first) => first + i),
    ),
  );
  return bars.starts.map((_, bar) => each.map((counts) => counts[bar] as number));
}

export const ALL_BUCKETS: readonly number[] = groups.flatMap(({ bucket }) =>
  BOUNDS.map((_, i) => bucket + i),
);
export const ALL_FAILED: readonly number[] = groups.map(({ failed }) => failed);
export const DAMAGES: readonly number[] = columnsOf(DAMAGE);
