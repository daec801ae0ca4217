import type { Client, SessionRecord, Store } from "@sojourn/core";
import { userPartition } from "../src/internal/keys.ts";

/** Where the sessions of a user are, in the namespace that is the default one. */
export function partitionOf(userId: string): string {
  return userPartition("__Host-id", userId);
}

/** All that a store holds of a user, as it holds it. */
export function storedOf(store: Store, userId: string, now: number): Promise<SessionRecord[]> {
  return store.list(partitionOf(userId), now, { withData: true });
}

/** Another session in the place of one, as a store may be given it by anybody who can write to it. */
export async function plant(
  store: Store,
  record: SessionRecord,
  change: Partial<SessionRecord>,
  now: number,
): Promise<void> {
  const { version: _, ...rest } = { ...record, ...change };
  await store.delete(record);
  await store.create(rest, now);
}

export const FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

export function clientAt(host: number, userAgent: string = FIREFOX): Client {
  return { address: `192.0.2.${host}`, userAgent, network: () => "192.0.2.0/24" };
}
