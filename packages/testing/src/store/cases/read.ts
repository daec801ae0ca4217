import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, newPartition, newRecord, NOW, put } from "../records.ts";

export const readCases: readonly StoreCase[] = [
  {
    title: "read: the live record, and null for whatever is not one",
    async run({ store }) {
      const partition = newPartition();
      const record = await put(store, newRecord(partition));
      same(await store.read(record, NOW), record, "the record");
      const { handle: known } = record;
      for (const ref of [
        { partition, handle: handle("never") },
        { partition: newPartition(), handle: known },
        { partition: newPartition(), handle: handle("never") },
      ]) {
        same(await store.read(ref, NOW), null, "what is not there");
      }
    },
  },
  {
    title: "invariant 9: reading and listing write nothing",
    async run({ store }) {
      const partition = newPartition();
      const absent = { partition, handle: handle("absent") };
      await store.read(absent, NOW);
      await store.list(partition, NOW);
      same(await store.list(partition, NOW), [], "the list after reading what is absent");
      const record = await put(store, newRecord(partition, { lastSeenAt: null }));
      await store.read(record, NOW + 1);
      await store.list(partition, NOW + 1);
      same(await store.read(record, NOW + 1), record, "the record after it was read");
    },
  },
];
