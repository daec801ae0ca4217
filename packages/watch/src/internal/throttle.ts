import type { Client, Clock } from "@sojourn/core";
import { sourceOf } from "../detector.ts";
import type { Gossip } from "./gossip.ts";
import { type CreatedLatest, createLatest } from "./latest.ts";

export interface Throttle {
  /** For how many seconds this one has to wait; null: not at all. */
  secondsFor(client: Client): number | null;
  /** Holds the source off for so many ms, in the other processes too. */
  hold(source: string, ms: number): void;
  readonly size: number;
}

/** 400 days: no other process holds anybody off for longer. */
const LONGEST = 34_560_000_000;

export function createThrottle(clock: Clock, maxEntries: number, gossip: Gossip | null): Throttle {
  const until: CreatedLatest<number> = createLatest<number>(
    "throttle",
    {
      parse: (value) =>
        typeof value === "number" && value <= clock.now() + LONGEST ? value : null,
      heard: () => {},
    },
    maxEntries,
    gossip,
  );

  return {
    secondsFor(client) {
      // On most days nobody is held off, and no request pays for it.
      if (until.size === 0) return null;
      const source = sourceOf(null, client);
      const end = source === null ? undefined : until.get(source);
      if (end === undefined) return null;
      const left = end - clock.now();
      if (left > 0) return Math.ceil(left / 1_000);
      until.delete(source as string);
      return null;
    },
    hold(source, ms) {
      until.set(source, clock.now() + ms, { tell: true });
    },
    get size() {
      return until.size;
    },
  };
}
