import type { CreateOptions, NewSessionRecord, SessionRecord, Store } from "@sojourn/core";
import { same } from "./assert.ts";

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;

/**
 * When the cases begin. They hand time to the store and never wait for it; lives are long enough that
 * no TTL of the store's own runs out while a case does.
 */
export const NOW = 1_800_000_000_000;

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/** Really random: a server may still hold what an earlier run left. */
export function newPartition(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => ALPHABET[byte & 63]).join("");
}

/** A handle with a name that can be read in a failure. It ends as 128 bits in base64url do. */
export function handle(name: string): string {
  return `${name.slice(0, 21).padEnd(21, "-")}A`;
}

export function newRecord(
  partition: string,
  fields: Partial<NewSessionRecord> = {},
): NewSessionRecord {
  return {
    partition,
    handle: handle("one"),
    userId: "user",
    credential: "credential 0",
    createdAt: NOW,
    authenticatedAt: NOW - 1_000,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + DAY,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

/** Stores a new record that must find its place. Gives what a read must give now. */
export async function put(
  store: Store,
  record: NewSessionRecord,
  now: number = NOW,
  options?: CreateOptions,
): Promise<SessionRecord> {
  const { status } = await store.create(record, now, options);
  same(status, "created", `create of ${record.handle}`);
  return { ...record, version: 1 };
}

/** Handles of the partition's live records, in the store's order. */
export async function handlesIn(
  store: Store,
  partition: string,
  now: number = NOW,
): Promise<string[]> {
  return (await store.list(partition, now)).map((record) => record.handle);
}

/** `count` times, all at once. */
export function together<T>(count: number, run: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => run(i)));
}
