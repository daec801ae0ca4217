/** Draws that follow from a seed. */
export interface Random {
  /** A whole number from 0, below `bound`. */
  below(bound: number): number;
  /** True in so many of 100 cases. */
  percent(chance: number): boolean;
  pick<T>(list: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  // Mulberry32: small, and good enough to draw schedules.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  const below = (bound: number) => Math.floor(next() * bound);
  return {
    below,
    percent: (chance) => below(100) < chance,
    pick: <T>(list: readonly T[]) => list[below(list.length)] as T,
  };
}
