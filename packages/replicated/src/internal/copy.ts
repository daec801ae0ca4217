import { StoreUnavailableError } from "@sojourn/core";
import type { Settings } from "../options.ts";
import { isAway, type Member } from "./member.ts";

/**
 * Has one store take all that the others have, before it becomes the primary. Called again it goes on
 * from there. Gives those of the others that it has all of; one that is away is none of them.
 */
export function createCopy(
  to: Member,
  from: readonly Member[],
  settings: Settings,
): () => Promise<Member[]> {
  const cursors = new Map<Member, string | null>();

  async function copyFrom(member: Member): Promise<boolean> {
    try {
      for (;;) {
        const now = settings.clock.now();
        const cursor = cursors.get(member) ?? null;
        const outcome = await member.replica.changesSince(cursor, settings.step, now);
        if (outcome.status === "too-old") {
          cursors.set(member, null);
          continue;
        }
        if (outcome.changes.length > 0) await to.replica.apply(outcome.changes, now);
        cursors.set(member, outcome.next);
        if (!outcome.more) return true;
      }
    } catch (error) {
      if (!isAway(error)) throw error;
      return false;
    }
  }

  return async () => {
    const copied = await Promise.all(from.map(copyFrom));
    return from.filter((_, at) => copied[at]);
  };
}

/** Why a store may not be promoted. */
export function noMajority(has: number, needed: number): StoreUnavailableError {
  return new StoreUnavailableError(
    `The store to be promoted has all of ${has} stores, itself included, and needs ${needed}: what a ` +
      'majority has acknowledged could be missing. Bring another store back, or accept the loss with onStale: "accept".',
  );
}
