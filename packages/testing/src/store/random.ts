/** Numbers that follow from a seed, so that what failed can be run again. */
export interface Random {
  /** A whole number from 0, below `bound`. */
  below(bound: number): number;
  pick<T>(list: readonly T[]): T;
}

export function createRandom(seed: number): Random {
  let state = seed >>> 0;

  // Mulberry32: small, and good enough to draw test cases.
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  function below(bound: number): number {
    return Math.floor(next() * bound);
  }

  return { below, pick: (list) => list[below(list.length)] as (typeof list)[number] };
}
