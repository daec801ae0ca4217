import type { SessionRef } from "@sojourn/core";

/** Where something has changed: a session, or, without a handle, the partition's stamp. */
export interface Place {
  readonly partition: string;
  readonly handle: string | null;
  /** Of the record that is here. */
  readonly revision: number;
  /** Of the tombstone or stamp that is here: from when on it may be forgotten. Else Infinity. */
  readonly expiresAt: number;
  readonly isTombstone: boolean;
}

interface Entry extends Place {
  /** Counts changes. */
  readonly at: number;
}

/** How many entries there may be before it is worth looking for those that say nothing any more. */
const FEW = 64;

/**
 * What changed, in the order in which it did, each place once: at its last change. So whoever reads it
 * from the beginning finds all there is, and it never grows past twice of that.
 */
export class Journal {
  readonly #entries = new Map<string, Entry>();
  /** In order. Those that are in `#entries` no more say nothing. */
  #log: Entry[] = [];
  #changes = 0;
  #tidyAt = FEW;
  /** The latest time that it was told of. */
  #now = 0;
  #name: string | undefined;

  /** What is known of a session; what has run out may still be. */
  find({ partition, handle }: SessionRef): Place | undefined {
    return this.#entries.get(partition + handle);
  }

  /** A record was written. */
  wrote(ref: SessionRef, now: number): void {
    this.put(ref, Math.max((this.find(ref)?.revision ?? 0) + 1, now), now);
  }

  /** A record with this revision is there. */
  put({ partition, handle }: SessionRef, revision: number, now: number): void {
    this.age(now);
    this.#add({ partition, handle, revision, expiresAt: Infinity, isTombstone: false });
  }

  bury({ partition, handle }: SessionRef, expiresAt: number): void {
    this.#add({ partition, handle, revision: 0, expiresAt, isTombstone: true });
  }

  stamp(partition: string, expiresAt: number): void {
    this.#add({ partition, handle: null, revision: 0, expiresAt, isTombstone: false });
  }

  /** A record went, and nobody need know. */
  forget(partition: string, handle: string): void {
    this.#entries.delete(partition + handle);
  }

  /** Is told the time, after which it forgets what has run out. */
  age(now: number): void {
    this.#now = Math.max(this.#now, now);
  }

  /** How many entries there are, those that say nothing any more too. */
  get length(): number {
    return this.#log.length;
  }

  /** At most `limit` places from a cursor on. Null: the cursor is not from here. */
  since(
    cursor: string | null,
    limit: number,
  ): { places: readonly Place[]; next: string; more: boolean } | null {
    const from = cursor === null ? 0 : this.#positionOf(cursor);
    if (from === null) return null;
    const start = this.#indexAfter(from);
    const entries = this.#log.slice(start, start + limit);
    const more = start + entries.length < this.#log.length;
    const last = more ? (entries.at(-1)?.at ?? from) : this.#changes;
    const places = entries.filter((entry) => this.#isCurrent(entry));
    return { places, next: `${this.#id}.${last}`, more };
  }

  /** Tells its cursors from others'. Not drawn before it is needed: Workers start without random bits. */
  get #id(): string {
    this.#name ??= Array.from(crypto.getRandomValues(new Uint32Array(4))).join("-");
    return this.#name;
  }

  #add(place: Place): void {
    const entry = { ...place, at: ++this.#changes };
    this.#entries.set(place.partition + (place.handle ?? ""), entry);
    this.#log.push(entry);
    if (this.#log.length >= this.#tidyAt) this.#tidy();
  }

  #tidy(): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (this.#now >= expiresAt) this.#entries.delete(key);
    }
    this.#log = this.#log.filter((entry) => this.#isCurrent(entry));
    this.#tidyAt = Math.max(FEW, 2 * this.#log.length);
  }

  #isCurrent(entry: Entry): boolean {
    return this.#entries.get(entry.partition + (entry.handle ?? "")) === entry;
  }

  #positionOf(cursor: string): number | null {
    const [id, position = ""] = cursor.split(".");
    const at = Number(position);
    return id === this.#id && String(at) === position && at <= this.#changes ? at : null;
  }

  /** The index of the first entry after a change. */
  #indexAfter(change: number): number {
    let [low, high] = [0, this.#log.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#log[middle] as Entry).at <= change) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
