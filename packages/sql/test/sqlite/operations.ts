import type { NewSessionRecord, Store } from "@sojourn/core";
import { handleOf, HOUR, NOW, recordOf } from "./processes/tasks.ts";

type Operation = (store: Store, record: NewSessionRecord) => Promise<unknown>;

const LIMIT = { max: 5, onLimit: "evict-least-recent" } as const;
const RENEWAL = { from: "credential", to: "another" };
const other = ({ partition }: NewSessionRecord) => recordOf("other", { partition });

/** Every operation in each of its forms, on a session that is there. */
export const operations: Readonly<Record<string, Operation>> = {
  "create, anonymous": (store, record) =>
    store.create({ ...other(record), userId: null, authenticatedAt: null }, NOW),
  "create, a login": (store, record) => store.create(other(record), NOW, { limit: LIMIT }),
  "create, a login that replaces": (store, record) =>
    store.create(other(record), NOW, { limit: LIMIT, replaces: record.handle }),
  read: (store, record) => store.read(record, NOW),
  "read of nothing": (store, { partition }) =>
    store.read({ partition, handle: handleOf("nobody") }, NOW),
  update: (store, record) => store.update(record, { set: { a: "1" }, unset: ["b"] }, NOW),
  "update, guarded": (store, record) => {
    const change = { set: { a: "1" }, expect: { a: null } };
    return store.update(record, change, NOW, { ifVersion: 1, maxBytes: 10_000 });
  },
  "update, a touch": (store, record) =>
    store.update(record, { touch: { lastSeenAt: NOW, idleExpiresAt: NOW + HOUR } }, NOW),
  "update, a renewal": (store, record) => store.update(record, { credential: RENEWAL }, NOW),
  "update, a conflict": (store, record) =>
    store.update(record, { set: { a: "1" } }, NOW, { ifVersion: 7 }),
  "update of nothing": (store, { partition }) =>
    store.update({ partition, handle: handleOf("nobody") }, { set: { a: "1" } }, NOW),
  delete: (store, record) => store.delete(record),
  "delete of a version": (store, record) => store.delete(record, { ifVersion: 1 }),
  "delete, a conflict": (store, record) => store.delete(record, { ifVersion: 7 }),
  list: (store, { partition }) => store.list(partition, NOW),
  deleteAll: (store, { partition }) => store.deleteAll(partition, NOW),
  sweep: (store) => store.sweep(NOW, 10),
};

let partitions = 0;

/** A session in a partition of its own. */
export function newSession(): NewSessionRecord {
  const partition = `partition-${partitions++}`.padEnd(16, "_");
  return recordOf("one", { partition });
}
