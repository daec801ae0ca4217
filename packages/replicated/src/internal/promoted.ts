import { isAway, type Member } from "./member.ts";

/**
 * The mark in a store of the latest promotion whose new primary has all that this store had: the
 * promoted store has it, those that it copied from, and each other once it has been looked through. So
 * of any majority one knows of the promotion, and tells who has not been looked through since.
 */
const NAME = "sojourn:promoted";

/** ms since the epoch; -Infinity: none, or the store has no marks to remember it by. */
export async function promotedAt({ store }: Member): Promise<number> {
  return (await store.powers?.marks?.get(NAME)) ?? -Infinity;
}

export async function notePromotion({ store }: Member, at: number): Promise<void> {
  if (at > -Infinity) await store.powers?.marks?.set(NAME, at);
}

/** As `notePromotion`, for several. Gives how many have noted it; one that is away has not. */
export async function notePromotions(members: readonly Member[], at: number): Promise<number> {
  const noted = members.map(async (member) => {
    try {
      await notePromotion(member, at);
      return true;
    } catch (error) {
      if (!isAway(error)) throw error;
      return false;
    }
  });
  return (await Promise.all(noted)).filter(Boolean).length;
}
