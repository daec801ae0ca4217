import type { Latest, LatestOptions } from "../detector.ts";
import { Bounded } from "./bounded.ts";
import type { Gossip } from "./gossip.ts";

export interface CreatedLatest<V> extends Latest<V> {
  delete(key: string): void;
  readonly size: number;
}

/** The latest value by key, and what other processes tell of theirs. */
export function createLatest<V>(
  fullName: string,
  { parse, heard }: Pick<LatestOptions<V>, "parse" | "heard">,
  maxEntries: number,
  gossip: Gossip | null,
): CreatedLatest<V> {
  const values = new Bounded<V>(maxEntries);

  const tell = gossip?.about<V>({
    name: fullName,
    merge: (_, value) => value,
    hear(key, value) {
      const parsed = parse(value);
      if (parsed === null) return;
      values.set(key, parsed);
      heard(key, parsed);
    },
  });

  return {
    get: (key) => values.get(key),
    set(key, value, options) {
      values.set(key, value);
      if (options?.tell === true) tell?.(key, value);
    },
    delete: (key) => values.delete(key),
    get size() {
      return values.size;
    },
  };
}
