import type { CreateOutcome, NewSessionRecord, SessionLimit, Store } from "@sojourn/core";
import { type BrokenSessions, brokenStore } from "./broken.ts";

export const brokenLimits: readonly BrokenSessions[] = [
  {
    defect: "counts first and inserts then",
    violates: [6],
    make: () =>
      brokenStore((store) => ({
        async create(record, now, { limit, replaces } = {}) {
          const others = limit ? await store.list(record.partition, now) : [];
          // Others do the same before any of them goes on.
          await new Promise((resolve) => setTimeout(resolve, 0));
          return inserted(store, record, now, { limit, replaces, others });
        },
      })),
  },
  {
    defect: "evicts the most recently seen",
    violates: [6],
    make: () =>
      brokenStore((store) => ({
        async create(record, now, { limit, replaces } = {}) {
          const others = limit ? await store.list(record.partition, now) : [];
          const order = others.toSorted((a, b) => (b.lastSeenAt ?? 0) - (a.lastSeenAt ?? 0));
          return inserted(store, record, now, { limit, replaces, others: order });
        },
      })),
  },
  {
    defect: "counts the session that the login replaces",
    violates: [6],
    make: () =>
      brokenStore((store) => ({
        create: (record, now, { limit } = {}) => store.create(record, now, limit && { limit }),
      })),
  },
  {
    defect: "takes a session whose token never came back for one in use",
    violates: [6],
    make: () =>
      brokenStore((store) => ({
        create: (record, now, options) =>
          store.create({ ...record, lastSeenAt: now }, now, options),
      })),
  },
  {
    defect: "begins every page at the beginning",
    violates: [6],
    make: () =>
      brokenStore((store) => ({
        list: (partition, now, { after: _after, ...options } = {}) =>
          store.list(partition, now, options),
      })),
  },
];

/** Inserts after a count that may no longer hold. */
async function inserted(
  store: Store,
  record: NewSessionRecord,
  now: number,
  given: {
    readonly limit: SessionLimit | undefined;
    readonly replaces: string | undefined;
    readonly others: readonly { readonly partition: string; readonly handle: string }[];
  },
): Promise<CreateOutcome> {
  const { limit, replaces } = given;
  const others = given.others.filter(({ handle }) => handle !== replaces);
  const excess = limit ? Math.max(0, others.length + 1 - limit.max) : 0;
  if (limit?.onLimit === "refuse" && excess > 0) return { status: "limit-reached" };
  const evicted = others.slice(0, excess);
  for (const each of evicted) await store.delete(each);
  const outcome = await store.create(record, now, replaces === undefined ? {} : { replaces });
  if (outcome.status !== "created") return outcome;
  return { status: "created", evicted: evicted.map(({ handle }) => handle) };
}
