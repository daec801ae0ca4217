/** Where something has changed, all in one partition. */
export interface Change {
  readonly partition: string;
  readonly handles: readonly string[];
  /** The handles were to end: what the primary does not know, and a replica still has, ends there too. */
  readonly ended?: boolean;
  /** All of the partition was to end: what the replica has there is looked at as well. */
  readonly whole?: boolean;
}

/** What of one partition has yet to be sent. */
export interface Unsent {
  readonly handles: Set<string>;
  readonly ended: Set<string>;
  whole: boolean;
  /** When the first of it was queued. */
  since: number;
  readonly waiting: Waiting[];
}

/** Somebody who waits until it is sent. */
export interface Waiting {
  /** Called once. False: it is not going to be sent from here. */
  tell(sent: boolean): void;
  /** Nobody waits any more. */
  readonly isOver: boolean;
}

/** From how many on it is worth looking for those that are over. */
const FEW = 64;

/**
 * Which sessions a replica has yet to be sent: places, not changes. What is queued twice is there once,
 * and what is sent is what is there by then.
 */
export class Queue {
  /** The oldest first. */
  #unsent = new Map<string, Unsent>();
  #size = 0;

  /** How many sessions and whole partitions wait. */
  get size(): number {
    return this.#size;
  }

  /** When the oldest was queued. Infinity: nothing is. */
  get since(): number {
    const [oldest] = this.#unsent.values();
    return oldest?.since ?? Infinity;
  }

  add(change: Change, now: number, waiting?: Waiting): void {
    const { partition, handles, ended = false, whole = false } = change;
    const there = this.#unsent.get(partition);
    if (there !== undefined) this.#size -= sizeOf(there);
    const unsent = there ?? empty(now);
    for (const handle of handles) {
      unsent.handles.add(handle);
      if (ended) unsent.ended.add(handle);
    }
    unsent.whole ||= whole;
    if (waiting !== undefined) wait(unsent, waiting);
    this.#unsent.set(partition, unsent);
    this.#size += sizeOf(unsent);
  }

  /** Takes out whole partitions, the oldest first, until they are `limit` sessions. */
  take(limit: number): Map<string, Unsent> {
    const taken = new Map<string, Unsent>();
    let size = 0;
    for (const [partition, unsent] of this.#unsent) {
      if (size >= limit) break;
      size += sizeOf(unsent);
      taken.set(partition, unsent);
      this.#unsent.delete(partition);
    }
    this.#size -= size;
    return taken;
  }

  /** What could not be sent goes before what has come since. */
  putBack(taken: Map<string, Unsent>): void {
    for (const [partition, unsent] of taken) {
      const later = this.#unsent.get(partition);
      if (later !== undefined) {
        this.#size -= sizeOf(later);
        for (const handle of later.handles) unsent.handles.add(handle);
        for (const handle of later.ended) unsent.ended.add(handle);
        unsent.whole ||= later.whole;
        for (const waiting of later.waiting) wait(unsent, waiting);
        this.#unsent.delete(partition);
      }
      this.#size += sizeOf(unsent);
    }
    this.#unsent = new Map([...taken, ...this.#unsent]);
  }

  /** Forgets all. Gives how many sessions that was. */
  drop(): number {
    const { size } = this;
    for (const unsent of this.#unsent.values()) tell(unsent, false);
    this.#unsent.clear();
    this.#size = 0;
    return size;
  }
}

/** Tells all who wait. */
export function tell({ waiting }: Unsent, sent: boolean): void {
  for (const one of waiting) one.tell(sent);
}

/** A replica may be away for days: those whose time was up long ago do not pile up. */
function wait({ waiting }: Unsent, one: Waiting): void {
  if (waiting.length >= FEW) {
    const still = waiting.filter(({ isOver }) => !isOver);
    waiting.splice(0, waiting.length, ...still);
  }
  waiting.push(one);
}

function sizeOf({ handles, whole }: Unsent): number {
  // A stamp alone is one, too.
  return Math.max(1, handles.size + (whole ? 1 : 0));
}

function empty(since: number): Unsent {
  return { handles: new Set(), ended: new Set(), whole: false, since, waiting: [] };
}
