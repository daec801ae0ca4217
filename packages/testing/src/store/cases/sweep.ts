import type { SessionRecord, Store } from "@sojourn/core";
import { check, same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, HOUR, newPartition, newRecord, NOW, put, together } from "../records.ts";

/** Sweeps until nothing is left, and gives what came of this partition, by handle. */
async function sweepAll(
  store: Store,
  partition: string,
  now: number,
  limit = 100,
): Promise<SessionRecord[]> {
  const found: SessionRecord[] = [];
  for (;;) {
    const swept = await store.sweep(now, limit);
    check(swept.length <= limit, `a sweep of at most ${limit} gave ${swept.length}`);
    if (swept.length === 0) break;
    found.push(...swept.filter((record) => record.partition === partition));
  }
  return found.toSorted((a, b) => (a.handle < b.handle ? -1 : 1));
}

/** Stores so many that expire by and by, half of them by either deadline. */
function expiring(store: Store, partition: string, count: number): Promise<SessionRecord[]> {
  return together(count, (i) => {
    const [idleExpiresAt, expiresAt] = i % 2 === 0 ? [HOUR + i, 9 * HOUR] : [9 * HOUR, HOUR + i];
    return put(
      store,
      newRecord(partition, {
        handle: handle(String(i).padStart(4, "0")),
        idleExpiresAt: NOW + idleExpiresAt,
        expiresAt: NOW + expiresAt,
        data: { a: "1" },
      }),
    );
  });
}

export const sweepCases: readonly StoreCase[] = [
  {
    title: "sweep: what has expired goes, and comes out without data",
    needs: "sweeps",
    async run({ store }) {
      const partition = newPartition();
      const records = await expiring(store, partition, 20);
      const now = NOW + HOUR + 11;
      const swept = await sweepAll(store, partition, now);
      const expected = records.slice(0, 12).map((record) => ({ ...record, data: {} }));
      same(swept, expected, "what was swept");
      same(await store.list(partition, now, { withData: true }), records.slice(12), "what is left");
      same(await sweepAll(store, partition, now), [], "what is swept the second time");
    },
  },
  {
    title: "sweep: no more than asked for at a time",
    needs: "sweeps",
    async run({ store }) {
      const partition = newPartition();
      await expiring(store, partition, 25);
      const swept = await sweepAll(store, partition, NOW + 2 * HOUR, 7);
      same(swept.length, 25, "how many were swept in all");
    },
  },
  {
    title: "sweep: of 20 that sweep at once each gets records of its own",
    needs: "sweeps",
    async run({ store }) {
      const partition = newPartition();
      await expiring(store, partition, 100);
      const parts = await together(20, () => sweepAll(store, partition, NOW + 2 * HOUR, 3));
      const handles = parts.flat().map((record) => record.handle);
      same(handles.length, 100, "how many were swept");
      same(new Set(handles).size, 100, "how many different ones");
    },
  },
  {
    title: "sweep: what was touched in time, or is gone already, is not among the swept",
    async run({ store }) {
      const partition = newPartition();
      const [touched, deleted, shortened] = await expiring(store, partition, 3);
      check(touched !== undefined && deleted !== undefined && shortened !== undefined, "three");
      const touch = { lastSeenAt: NOW, idleExpiresAt: NOW + 3 * HOUR };
      await store.update(touched, { touch }, NOW);
      await store.delete(deleted);
      const swept = await sweepAll(store, partition, NOW + 2 * HOUR);
      const handles = swept.map((record) => record.handle);
      check(
        handles.every((one) => one === shortened.handle),
        `swept: ${handles.join()}`,
      );
      same(
        await store.read(touched, NOW + 2 * HOUR),
        { ...touched, ...touch },
        "the one that was touched",
      );
    },
  },
];
