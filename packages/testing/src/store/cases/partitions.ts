import type { NewSessionRecord } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, handlesIn, newPartition, newRecord, NOW, put } from "../records.ts";

/** Another partition, as like the first as can be. */
function lookalike(partition: string, how: "case" | "wildcard"): string {
  return how === "wildcard" ? `_${partition.slice(1)}` : partition.toLowerCase();
}

const named = (record: NewSessionRecord) => record.handle;

export const partitionCases: readonly StoreCase[] = [
  {
    title: "partitions: nothing that is done in one touches another",
    async run({ store }) {
      for (const how of ["case", "wildcard"] as const) {
        // Letters for `case` to change, and a first one that is not the wildcard.
        const partition = `aB${newPartition().slice(2)}`;
        const theirs = lookalike(partition, how);
        const record = await put(store, newRecord(theirs, { data: { a: "1" } }));
        const other = await put(store, newRecord(theirs, { handle: handle("two") }));

        const ours = await put(store, newRecord(partition, { userId: "us" }));
        await store.update(ours, { set: { a: "2" }, envelope: { facts: "f" } }, NOW);
        const next = newRecord(partition, { handle: handle("next") });
        const limit = { max: 2, onLimit: "refuse" } as const;
        await put(store, next, NOW, { limit, replaces: other.handle });
        same(await handlesIn(store, theirs), [record.handle, other.handle], "their list");
        same(await handlesIn(store, partition), [next, ours].map(named).toSorted(), "our list");
        await store.delete({ partition, handle: other.handle });
        await store.delete(ours);
        await store.deleteAll(partition, NOW);
        same(await handlesIn(store, partition), [], "what is left of ours");

        const found = await store.list(theirs, NOW, { withData: true });
        same(found, [record, other], "what is left of theirs");
        await put(store, newRecord(theirs, { handle: handle("login"), authenticatedAt: NOW - 1 }));
      }
    },
  },
  {
    title: "partitions: handles that differ in case alone are two",
    async run({ store }) {
      const partition = newPartition();
      const lower = await put(store, newRecord(partition, { handle: handle("ab") }));
      const upper = await put(store, newRecord(partition, { handle: handle("AB") }));
      same(await store.delete(lower), "deleted", "the delete of one");
      same(await store.read(upper, NOW), upper, "the other");
    },
  },
];
