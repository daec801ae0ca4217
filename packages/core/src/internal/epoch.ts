import type { Clock } from "../clock.ts";
import { ConfigurationError } from "../errors.ts";
import type { SessionRecord, Store } from "../store.ts";
import { powerName } from "./keys.ts";

/** How old what this process knows of the mark may be: within so many ms it is in force everywhere. */
const KNOWN_FOR = 5_000;

/** The mark of `revokeEveryone`: what began before it is over. */
export interface Epoch {
  /** Looks where that is due, once for all who ask meanwhile. Null: nothing to wait for. */
  look(): Promise<void> | null;
  /** Looks whatever is known. */
  lookNow(): Promise<void>;
  /** Whether there is a mark, as far as is known. */
  readonly begun: boolean;
  /** Whether the session is from before the mark. */
  ended(record: Pick<SessionRecord, "authenticatedAt" | "createdAt">): boolean;
  /** Ends all there are. Throws a `ConfigurationError` where the store has no marks. */
  begin(): Promise<void>;
}

export function createEpoch({ powers }: Store, clock: Clock, namespace: string): Epoch {
  const marks = powers?.marks;
  const name = powerName("everyone", namespace);
  let mark = -Infinity;
  let knownAt = -Infinity;
  let looking: Promise<void> | null = null;

  async function lookNow(): Promise<void> {
    const now = clock.now();
    // What is known never moves back: `begin` may have set a later one while this was on its way.
    const found = (await marks?.get(name)) ?? -Infinity;
    mark = Math.max(mark, found);
    knownAt = now;
  }

  return {
    look() {
      // A clock that was set back must not make it trusted for longer.
      const age = clock.now() - knownAt;
      if (marks === undefined || (age >= 0 && age < KNOWN_FOR)) return null;
      looking ??= lookNow().finally(() => (looking = null));
      return looking;
    },
    async lookNow() {
      if (marks !== undefined) await lookNow();
    },
    get begun() {
      return mark > -Infinity;
    },
    ended: ({ authenticatedAt, createdAt }) => (authenticatedAt ?? createdAt) <= mark,
    async begin() {
      if (marks === undefined) {
        throw new ConfigurationError(
          "revokeEveryone() needs a store that keeps marks, as all of Sojourn's own do: store.powers.marks.",
        );
      }
      const now = clock.now();
      const set = await marks.set(name, now);
      mark = Math.max(mark, set);
      knownAt = now;
    },
  };
}
