/**
 * Values by key, of which the ones that were set longest ago make room: a million sources hold no more
 * than `most` entries.
 *
 * In two generations: when the young one is half of it all, the old one goes, and the young one is the
 * old one. To take the oldest entry out of one Map, one by one, would walk over all that were taken out
 * before, and an attacker would choose how often.
 */
export class Bounded<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();
  readonly #half: number;

  constructor(most: number) {
    this.#half = Math.max(1, Math.floor(most / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): V | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: V): void {
    this.#old.delete(key);
    this.#young.set(key, value);
    if (this.#young.size < this.#half) return;
    this.#old = this.#young;
    this.#young = new Map();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  /** Those that were set longest ago come first, as far as it goes. They may be deleted meanwhile. */
  *[Symbol.iterator](): Generator<readonly [string, V]> {
    yield* this.#old;
    yield* this.#young;
  }
}
