import type { Once } from "@sojourn/core";
import type { Familiar, FamiliarOptions } from "../detector.ts";
import { Bounded } from "./bounded.ts";
import { onceName } from "./once-name.ts";

export interface CreatedFamiliar extends Familiar {
  readonly size: number;
}

/** Of one user so many are remembered here, by a number each: the rest is asked for again. */
const THINGS = 16;

/** Stands among the things for the user. */
const USER = "";

/**
 * What users have been seen with. In one process only as long as it runs and remembers: a user that it
 * does not know is new, and raises nothing. With `once` all processes know it, and it outlives them.
 *
 * `once` forgets at a deadline that nothing prolongs. So time is cut into periods, and what is seen is
 * noted in the one that runs; what was noted in this one or the one before is familiar. A look-up
 * notes, too, which does no harm: what was looked up has been seen.
 */
export function createFamiliar(
  fullName: string,
  { for: period }: FamiliarOptions,
  maxEntries: number,
  once: Once | null,
): CreatedFamiliar {
  /** By user: things, and the period in which they were seen last. */
  const users = new Bounded<Map<number, number>>(maxEntries);

  /** Whether nobody has noted it: true for one of those who ask at once. */
  async function isFirst(shared: Once, index: number, at: number, parts: readonly string[]) {
    const note = async (noted: number) => {
      const key = await onceName(fullName, String(noted), ...parts);
      return shared.redeem(key, (noted + 2) * period, at);
    };
    return (await note(index)) && (await note(index - 1));
  }

  return {
    async meet(userId, things, at) {
      const index = Math.floor(at / period);
      const seen = users.get(userId);
      // What was seen in this very period has been noted; what was in the one before has not, in this.
      const since = once === null ? index - 1 : index;
      const unsure = [USER, ...things].filter(
        (thing) => (seen?.get(numberOf(thing)) ?? -Infinity) < since,
      );
      remember(users, userId, [USER, ...things], index);
      const firsts = await Promise.all(
        unsure.map((thing) => once === null || isFirst(once, index, at, [userId, thing])),
      );
      const fresh = unsure.filter((_, place) => firsts[place]);
      return fresh.includes(USER) ? null : fresh;
    },
    get size() {
      return users.size;
    },
  };
}

function remember(
  users: Bounded<Map<number, number>>,
  userId: string,
  things: readonly string[],
  index: number,
): void {
  const seen = users.get(userId) ?? new Map<number, number>();
  for (const thing of things) {
    const number = numberOf(thing);
    seen.delete(number);
    seen.set(number, index);
  }
  for (const oldest of seen.keys()) {
    if (seen.size <= THINGS) break;
    seen.delete(oldest);
  }
  users.set(userId, seen);
}

/** 53 bits of a text (FNV-1a, twice). Two texts that have one number cost an alert, and nothing else. */
function numberOf(text: string): number {
  let low = 0x811c9dc5;
  let high = 0x01000193;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x5bd1e995);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
