import { NOT_BEFORE_KEPT } from "@sojourn/core";

/** ms for which a stamp is kept, at most. */
export const STAMP_KEPT: number = 2 * NOT_BEFORE_KEPT;

/**
 * The `notBefore` of each partition. Two generations, and the older one is dropped whole: a stamp is
 * kept for 10 to 20 minutes, and nothing ever looks through them all.
 */
export class Stamps {
  #young = new Map<string, number>();
  #old = new Map<string, number>();
  #bornAt = -Infinity;

  get(partition: string): number {
    return this.#young.get(partition) ?? this.#old.get(partition) ?? -Infinity;
  }

  set(partition: string, notBefore: number, now: number = notBefore): void {
    this.age(now);
    this.#young.set(partition, Math.max(notBefore, this.get(partition)));
  }

  /** Drops what is old enough. */
  age(now: number): void {
    if (now - this.#bornAt < NOT_BEFORE_KEPT) return;
    // After a long silence the young ones, too, are past their time.
    this.#old = now - this.#bornAt < STAMP_KEPT ? this.#young : new Map();
    this.#young = new Map();
    this.#bornAt = now;
  }
}
