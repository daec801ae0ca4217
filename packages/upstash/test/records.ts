import type { NewSessionRecord, Store } from "@sojourn/core";

export const NOW = 1_800_000_000_000;
export const HOUR = 3_600_000;

/** A session in a partition of its own, with nothing in it that occurs elsewhere. */
export function session(fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    partition: random(16),
    handle: random(22),
    userId: "who it is",
    credential: "hashes of secrets",
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + 24 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: { cart: '["what is bought"]' },
    ...fields,
  };
}

function random(length: number): string {
  return crypto.randomUUID().replaceAll("-", "").slice(0, length);
}

/** Every operation that asks Redis, on a session that is there. */
export const operations: Readonly<
  Record<string, (store: Store, record: NewSessionRecord) => Promise<unknown>>
> = {
  create: (store, { partition }) =>
    store.create(session({ partition }), NOW, {
      limit: { max: 5, onLimit: "evict-least-recent" },
    }),
  read: (store, record) => store.read(record, NOW),
  update: (store, record) => store.update(record, { set: { step: "1" } }, NOW),
  delete: (store, record) => store.delete(record),
  "delete of a version": (store, record) => store.delete(record, { ifVersion: 1 }),
  list: (store, { partition }) => store.list(partition, NOW),
  deleteAll: (store, { partition }) => store.deleteAll(partition, NOW),
};
