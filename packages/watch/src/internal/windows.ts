import { Bounded } from "./bounded.ts";

/** The time is counted in so many parts, and the part that begins is a new one. */
const PARTS = 6;

interface Slot<E> {
  /** The latest part that was counted in. */
  part: number;
  readonly counts: number[];
  /** What was counted last, here. */
  last: E | null;
}

export interface Total<E> {
  readonly count: number;
  readonly last: E | null;
}

/**
 * Counts by key within a time that moves on. It goes in steps of a sixth, so that what is older never
 * counts, and of the oldest sixth some may be missing: never too many, which would be a false alarm.
 */
export class Windows<E> {
  readonly #slots: Bounded<Slot<E>>;
  readonly #step: number;

  constructor(within: number, most: number) {
    this.#step = within / PARTS;
    this.#slots = new Bounded(most);
  }

  get size(): number {
    return this.#slots.size;
  }

  partOf(at: number): number {
    return Math.floor(at / this.#step);
  }

  /** Counts `n` in this part; `event`: what this process saw of it. */
  add(key: string, part: number, n: number, event: E | null): Total<E> {
    const slot = this.#slots.get(key) ?? { part, counts: Array(PARTS).fill(0), last: null };
    for (let next = Math.max(slot.part + 1, part - PARTS + 1); next <= part; next++) {
      slot.counts[next % PARTS] = 0;
    }
    slot.part = Math.max(slot.part, part);
    if (part > slot.part - PARTS) slot.counts[part % PARTS] = (slot.counts[part % PARTS] ?? 0) + n;
    if (event !== null) slot.last = event;
    this.#slots.set(key, slot);
    return { count: slot.counts.reduce((sum, each) => sum + each, 0), last: slot.last };
  }
}
