import { type PoweredStore, type Store, type StoreOperation, wrapStore } from "@sojourn/core";
import { BOUNDS, GROUPS, type Group, groups } from "./columns.ts";

/** What is seen of the store, besides the counts. */
export interface Latency {
  around(store: Store): PoweredStore;
  /** Calls that have not been answered yet. */
  readonly waiting: number;
  /** Since when calls wait and none has been answered; null: none waits. */
  readonly silentSince: number | null;
}

interface LatencyOptions {
  count(column: number): void;
  /** ms, of any beginning. */
  stopwatch(): number;
  now(): number;
}

/** Of what was asked wrongly, or found damaged, the store has answered well. */
const ANSWERED: readonly unknown[] = ["invalid-data", "corrupt-record", "conflict", "too-large"];

export function createLatency({ count, stopwatch, now }: LatencyOptions): Latency {
  let waiting = 0;
  let silentSince = 0;

  async function around<T>(run: () => Promise<T>, operation: StoreOperation): Promise<T> {
    const group = groupOf(operation);
    const start = stopwatch();
    if (waiting++ === 0) silentSince = now();
    try {
      return await run();
    } catch (error) {
      if (!ANSWERED.includes((error as { code?: unknown } | null)?.code)) count(group.failed);
      throw error;
    } finally {
      waiting--;
      silentSince = now();
      count(group.bucket + bucketOf(stopwatch() - start));
    }
  }

  return {
    around: (store) => wrapStore(store, around),
    get waiting() {
      return waiting;
    },
    get silentSince() {
      return waiting === 0 ? null : silentSince;
    },
  };
}

const named: ReadonlyMap<string, Group> = new Map(groups.map((group) => [group.name, group]));
const POWERS = groups[GROUPS.indexOf("powers")] as Group;

function groupOf(operation: string): Group {
  return named.get(operation) ?? POWERS;
}

function bucketOf(ms: number): number {
  const bucket = BOUNDS.findIndex((bound) => ms <= bound);
  return bucket < 0 ? BOUNDS.length - 1 : bucket;
}

/**
 * The time in which this share of the calls was answered, in ms, by buckets of which each ends at twice
 * the one before; null: there were no calls.
 */
export function quantile(buckets: readonly number[], share: number): number | null {
  const calls = buckets.reduce((sum, many) => sum + many, 0);
  if (calls === 0) return null;
  let before = 0;
  for (const [i, many] of buckets.entries()) {
    if (many > 0 && before + many >= share * calls) {
      const low = i === 0 ? 0 : (BOUNDS[i - 1] as number);
      return low + ((BOUNDS[i] as number) - low) * ((share * calls - before) / many);
    }
    before += many;
  }
  return BOUNDS.at(-1) as number;
}
