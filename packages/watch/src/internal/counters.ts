import type { SessionEvent } from "@sojourn/core";
import type { Counter, CounterOptions } from "../detector.ts";
import type { Gossip } from "./gossip.ts";
import { Windows } from "./windows.ts";

export interface CreatedCounter extends Counter {
  readonly size: number;
}

/**
 * Counts in this process, and what others tell of theirs. A process that has seen nothing of a key
 * itself concludes nothing: it has no event to show. Of those that have, whoever notices first raises.
 */
export function createCounter(
  fullName: string,
  { most, within, reached }: CounterOptions,
  maxEntries: number,
  gossip: Gossip | null,
): CreatedCounter {
  const windows = new Windows<SessionEvent>(within, maxEntries);

  const tell = gossip?.about<number>({
    name: fullName,
    merge: (waiting, value) => waiting + value,
    hear(partAndKey, value) {
      const space = partAndKey.indexOf(" ");
      const part = Number(partAndKey.slice(0, space));
      if (!Number.isSafeInteger(part) || !Number.isSafeInteger(value) || Number(value) < 1) return;
      const key = partAndKey.slice(space + 1);
      const { count, last } = windows.add(key, part, Number(value), null);
      if (count >= most && last !== null) reached({ key, count, event: last, client: null });
    },
  });

  return {
    add(key, event, client) {
      const part = windows.partOf(event.at);
      const { count } = windows.add(key, part, 1, event);
      tell?.(`${part} ${key}`, 1);
      if (count >= most) reached({ key, count, event, client });
    },
    get size() {
      return windows.size;
    },
  };
}
