import { COLUMNS } from "./columns.ts";

/** Counts by column for the last so many seconds, minutes or hours: a row each, written over in turn. */
export interface Ring {
  /** ms that a row is about. */
  readonly width: number;
  readonly length: number;
  add(column: number, now: number, many: number): void;
  /** For gauges: keeps the greatest. */
  raise(column: number, now: number, value: number): void;
  /** The count in the row of that time; 0 where there is none any more, or not yet. */
  at(column: number, time: number): number;
}

export interface Rings {
  readonly seconds: Ring;
  readonly minutes: Ring;
  readonly hours: Ring;
  /** How many counts are held: the same at all times. */
  readonly entries: number;
  add(column: number, now: number, many?: number): void;
  raise(column: number, now: number, value: number): void;
}

/** Five minutes, three hours, seven days; and one row more, for the part of one that `now` is in. */
const SIZES: readonly [width: number, length: number][] = [
  [1_000, 301],
  [60_000, 182],
  [3_600_000, 170],
];

export function createRings(): Rings {
  const [seconds, minutes, hours] = SIZES.map(([width, length]) => createRing(width, length)) as [
    Ring,
    Ring,
    Ring,
  ];
  return {
    seconds,
    minutes,
    hours,
    entries: SIZES.reduce((sum, [, length]) => sum + length * COLUMNS, 0),
    add(column, now, many = 1) {
      seconds.add(column, now, many);
      minutes.add(column, now, many);
      hours.add(column, now, many);
    },
    raise(column, now, value) {
      seconds.raise(column, now, value);
      minutes.raise(column, now, value);
      hours.raise(column, now, value);
    },
  };
}

function createRing(width: number, length: number): Ring {
  const counts = new Uint32Array(length * COLUMNS);
  /** Which time each row is of, in widths. */
  const times = new Float64Array(length).fill(-1);

  /** Where the row of this time begins, emptied if another time's was there; -1: it is in the past. */
  function rowFor(now: number): number {
    const time = Math.floor(now / width);
    const row = time % length;
    const start = row * COLUMNS;
    if (times[row] === time) return start;
    if ((times[row] as number) > time) return -1;
    times[row] = time;
    counts.fill(0, start, start + COLUMNS);
    return start;
  }

  return {
    width,
    length,
    add(column, now, many) {
      const row = rowFor(now);
      // More than fits in 32 bits within an hour is as good as the most that does.
      if (row >= 0) counts[row + column] = Math.min(2 ** 32 - 1, counts[row + column]! + many);
    },
    raise(column, now, value) {
      const row = rowFor(now);
      if (row >= 0 && counts[row + column]! < value) counts[row + column] = value;
    },
    at(column, time) {
      const at = Math.floor(time / width);
      const row = at % length;
      return times[row] === at ? (counts[row * COLUMNS + column] as number) : 0;
    },
  };
}

/** What was counted in these columns from `from` on, up to and with `to`. */
export function sum(ring: Ring, columns: readonly number[], from: number, to: number): number {
  let total = 0;
  for (let time = from; time <= to; time += ring.width) {
    for (const column of columns) total += ring.at(column, time);
  }
  return total;
}
