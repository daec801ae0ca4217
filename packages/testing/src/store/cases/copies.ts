import type { SessionRecord } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { newPartition, newRecord, NOW, put } from "../records.ts";

/** Changes an object that was read-only by its type alone. */
function spoil(record: SessionRecord | null): void {
  if (record === null) return;
  Reflect.set(record, "userId", "somebody else");
  Reflect.set(record.data, "cart", "spoilt");
}

export const copyCases: readonly StoreCase[] = [
  {
    title: "copies: what the caller does with its own objects later leaves no trace",
    async run({ store }) {
      const data = { cart: "[]" };
      const record = newRecord(newPartition(), { data });
      const expected = await put(store, structuredClone(record));
      const other = { ...record, partition: newPartition() };
      await put(store, other);
      spoil(other as SessionRecord);
      data.cart = "spoilt";
      same(
        await store.read({ ...record, partition: other.partition }, NOW),
        {
          ...expected,
          partition: other.partition,
        },
        "the record",
      );

      const set = { note: '"mine"' };
      const envelope = { facts: "mine" };
      await store.update(record, { set, envelope }, NOW);
      set.note = envelope.facts = "spoilt";
      const changed = { ...expected, data: { cart: "[]", note: '"mine"' }, facts: "mine" };
      same(await store.read(record, NOW), { ...changed, version: 2 }, "the record after an update");
    },
  },
  {
    title: "copies: what is done to a record that came out of the store leaves no trace in it",
    async run({ store }) {
      const partition = newPartition();
      const record = await put(store, newRecord(partition, { data: { cart: "[]" } }));
      spoil(await store.read(record, NOW));
      for (const withData of [true, false]) {
        for (const listed of await store.list(partition, NOW, { withData })) spoil(listed);
      }
      const outcome = await store.update(record, {}, NOW, { ifVersion: 9 });
      if (outcome.status === "conflict") spoil(outcome.record);
      same(await store.read(record, NOW), record, "the record");
      same(await store.list(partition, NOW, { withData: true }), [record], "the list");
    },
  },
];
