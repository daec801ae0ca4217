import type { Member } from "./member.ts";

/** The mark that a store keeps of when it was made the primary. */
const NAME = "sojourn:promoted";

/** When the store was promoted; -Infinity: it never was, or has no marks to remember it by. */
export async function promotedAt({ store }: Member): Promise<number> {
  return (await store.powers?.marks?.get(NAME)) ?? -Infinity;
}

export async function notePromotion({ store }: Member, now: number): Promise<void> {
  await store.powers?.marks?.set(NAME, now);
}
