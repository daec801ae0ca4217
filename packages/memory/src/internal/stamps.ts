import { NOT_BEFORE_KEPT } from "@sojourn/core";

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

  set(partition: string, now: number): void {
    this.age(now);
    this.#young.set(partition, Math.max(now, this.get(partition)));
  }

  /** Drops what is old enough. */
  age(now: number): void {
    if (now - this.#bornAt < NOT_BEFORE_KEPT) return;
    // After a long silence the young ones, too, are past their time.
    this.#old = now - this.#bornAt < 2 * NOT_BEFORE_KEPT ? this.#young : new Map();
    this.#young = new Map();
    this.#bornAt = now;
  }
}
