/** From how many entries on it is worth looking for those that have run out. */
const FEW = 64;

/**
 * Values by key, each until a deadline. No timer and no order: when there are twice as many as there
 * were after the last look, all are looked at and those that have run out go. So an entry is looked at
 * once or twice in its life, and no more have run out than were ever live at once.
 */
export class Expiring<V> {
  readonly #entries = new Map<string, Entry<V>>();
  #lookAt = FEW;

  get size(): number {
    return this.#entries.size;
  }

  get(key: string, now: number): Entry<V> | undefined {
    const entry = this.#entries.get(key);
    return entry !== undefined && now < entry.expiresAt ? entry : undefined;
  }

  set(key: string, value: V, expiresAt: number, now: number): void {
    this.#entries.set(key, { value, expiresAt });
    if (this.#entries.size < this.#lookAt) return;
    for (const [other, entry] of this.#entries) {
      if (now >= entry.expiresAt) this.#entries.delete(other);
    }
    this.#lookAt = Math.max(FEW, 2 * this.#entries.size);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Values that have not run out, at most `limit`. */
  live(now: number, limit: number): V[] {
    const values: V[] = [];
    for (const { value, expiresAt } of this.#entries.values()) {
      if (values.length >= limit) break;
      if (now < expiresAt) values.push(value);
    }
    return values;
  }
}

interface Entry<V> {
  readonly value: V;
  readonly expiresAt: number;
}
