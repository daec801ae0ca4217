import { StoreUnavailableError } from "@sojourn/core";
import type { Settings } from "../options.ts";
import { isAway, type Member } from "./member.ts";
import { promotedAt } from "./promoted.ts";

/**
 * Has one store take all that the others have, before it becomes the primary. Called again it goes on
 * from there. Gives those stores, itself included, that it has all of.
 *
 * What has not been looked through since the last promotion is not copied, and is not promoted: it may
 * hold what was ended since.
 */
export function createCopy(
  to: Member,
  from: readonly Member[],
  settings: Settings,
): () => Promise<Member[]> {
  const cursors = new Map<Member, string | null>();

  async function copyFrom(member: Member): Promise<void> {
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
      if (!outcome.more) return;
    }
  }

  return async () => {
    const marks = await reached([to, ...from], promotedAt);
    const latest = Math.max(...marks.values());
    const lookedThrough = from.filter((member) => marks.get(member) === latest);
    if (marks.get(to) !== latest) return [];
    const copied = await reached(lookedThrough, copyFrom);
    return [to, ...copied.keys()];
  };
}

/** What each store gives, without those that are away. */
async function reached<Answer>(
  members: readonly Member[],
  ask: (member: Member) => Promise<Answer>,
): Promise<Map<Member, Answer>> {
  const answers = new Map<Member, Answer>();
  const asked = members.map(async (member) => {
    try {
      answers.set(member, await ask(member));
    } catch (error) {
      if (!isAway(error)) throw error;
    }
  });
  await Promise.all(asked);
  return answers;
}

/** Why a store may not be promoted. */
export function noMajority(has: number, needed: number): StoreUnavailableError {
  return new StoreUnavailableError(
    `The store to be promoted has all that ${has} stores hold, itself included, and needs ${needed}: what a ` +
      "majority has acknowledged could be missing. Bring another store back, or promote one that has caught " +
      'up, or accept the loss with onStale: "accept".',
  );
}
