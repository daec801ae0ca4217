import { checkText, type Marks, StoreUnavailableError } from "@sojourn/core";
import type { Settings } from "../options.ts";
import type { Member } from "./member.ts";
import { askMajority } from "./quorum.ts";

/**
 * Marks of the whole. They move forward only, so that the latest of a majority is the mark whoever is
 * primary, and whoever is away: what a majority has taken, every majority knows. Null: not all stores
 * keep marks.
 */
export function createMarks(members: readonly Member[], settings: Settings): Marks | null {
  if (!members.every(({ store }) => store.powers?.marks)) return null;

  /** The latest answer of a majority. */
  async function latest(ask: (marks: Marks) => Promise<number | null>, alone: boolean) {
    // One that has failed again and again would only be waited for.
    const asked = members.filter((member) => member.isToBeAsked());
    const question = ({ store }: Member) => ask(store.powers?.marks as Marks);
    const answers = await askMajority(asked, alone ? 1 : settings.majority, question);
    const known = answers.filter((at) => at !== null);
    return known.length === 0 ? null : Math.max(...known);
  }

  return {
    async set(name, at) {
      checkText(name);
      return (await latest((marks) => marks.set(name, at), false)) as number;
    },
    async get(name) {
      checkText(name);
      try {
        return await latest((marks) => marks.get(name), false);
      } catch (error) {
        // As sessions are read: option onStale.
        if (!settings.acceptStale || !(error instanceof StoreUnavailableError)) throw error;
        return latest((marks) => marks.get(name), true);
      }
    },
  };
}
