import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import {
  handle,
  handlesIn,
  HOUR,
  newPartition,
  newRecord,
  NOW,
  put,
  together,
} from "../records.ts";

/** In the order of their characters' codes, which is not that of any language. */
const ORDERED = ["-a", "0", "9", "A", "Z", "Za", "_a", "a", "aB", "a_", "ab", "z"];

export const listCases: readonly StoreCase[] = [
  {
    title: "list: the live records of the partition, by ascending handle",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["z", "ab", "A", "_a", "9", "aB", "-a", "Za", "a", "Z", "a_", "0"]) {
        await put(store, newRecord(partition, { handle: handle(name) }));
      }
      const expired = newRecord(partition, {
        handle: handle("old"),
        idleExpiresAt: NOW + HOUR / 2,
      });
      await put(store, expired);
      await put(store, newRecord(newPartition(), { handle: handle("foreign") }));
      const now = NOW + HOUR / 2;
      same(await handlesIn(store, partition, now), ORDERED.map(handle), "the handles");
      same(await store.list(newPartition(), now), [], "the list of nobody");
    },
  },
  {
    title: "list: all that a read gives, the data only if it is asked for",
    async run({ store }) {
      const partition = newPartition();
      const record = await put(store, newRecord(partition, { facts: "f", data: { a: "[1]" } }));
      await store.update(record, { set: { b: "{}" } }, NOW);
      const now = { ...record, data: { a: "[1]", b: "{}" }, version: 2 };
      same(await store.list(partition, NOW, { withData: true }), [now], "with data");
      const bare = { ...now, data: {} };
      same(await store.list(partition, NOW, { withData: false }), [bare], "without data");
      same(await store.list(partition, NOW), [bare], "unless asked");
    },
  },
  {
    title: "list: pages hold each record once, also where `after` is nobody's handle",
    async run({ store }) {
      const partition = newPartition();
      const names = ORDERED.toReversed();
      for (const name of names) await put(store, newRecord(partition, { handle: handle(name) }));
      const seen: string[] = [];
      for (let after: string | undefined; ; after = seen.at(-1)) {
        const options = after === undefined ? { limit: 5 } : { limit: 5, after };
        const page = await store.list(partition, NOW, options);
        seen.push(...page.map((record) => record.handle));
        if (page.length < 5) break;
      }
      same(seen, ORDERED.map(handle), "all pages");
      const rest = await store.list(partition, NOW, { after: handle("aA"), limit: 2 });
      same(
        rest.map((record) => record.handle),
        ["aB", "a_"].map(handle),
        "the page after a handle that is not there",
      );
      same(await store.list(partition, NOW, { after: handle("zz") }), [], "after the last");
    },
  },
  {
    title: "list: no more than 1,000 unless asked for",
    async run({ store }) {
      const partition = newPartition();
      await together(1_010, (i) =>
        put(store, newRecord(partition, { handle: handle(String(i).padStart(4, "0")) })),
      );
      const first = await handlesIn(store, partition);
      same(first.length, 1_000, "how many there are in a list");
      same(first.at(-1), handle("0999"), "the last of them");
      const rest = await store.list(partition, NOW, { after: handle("0999") });
      same(rest.length, 10, "how many come after them");
      const all = await store.list(partition, NOW, { limit: 2_000 });
      same(all.length, 1_010, "how many there are when more are asked for");
    },
  },
];
