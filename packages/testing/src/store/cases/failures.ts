import {
  CorruptRecordError,
  type SessionRef,
  type Store,
  StoreUnavailableError,
} from "@sojourn/core";
import { checkRejects } from "../assert.ts";
import type { Operation } from "../calls.ts";
import type { StoreCase } from "../contract.ts";
import { handle, newPartition, newRecord, NOW, put } from "../records.ts";

async function checkAllReject(store: Store, ref: SessionRef): Promise<void> {
  const record = newRecord(ref.partition, { handle: handle("new") });
  const calls: Record<Operation, () => Promise<unknown>> = {
    create: () => store.create(record, NOW),
    read: () => store.read(ref, NOW),
    update: () => store.update(ref, { set: { a: "1" } }, NOW),
    delete: () => store.delete(ref),
    list: () => store.list(ref.partition, NOW),
    deleteAll: () => store.deleteAll(ref.partition, NOW),
    sweep: () => store.sweep(NOW, 10),
  };
  for (const [operation, call] of Object.entries(calls)) {
    await checkRejects(call, StoreUnavailableError, operation);
  }
}

export const failureCases: readonly StoreCase[] = [
  {
    title: "invariant 8: a backend that is away is an error, never an answer",
    needs: "disconnect",
    async run({ store, under }) {
      const record = await put(store, newRecord(newPartition()));
      await under.disconnect?.();
      await checkAllReject(store, record);
    },
  },
  {
    title: "invariant 8: a backend that does not answer in time is an error, never an answer",
    needs: "stall",
    async run({ store, under }) {
      const record = await put(store, newRecord(newPartition()));
      await under.stall?.();
      await checkAllReject(store, record);
    },
  },
  {
    title: "invariant 8: a damaged record is an error, never an empty one",
    needs: "damage",
    async run({ store, under }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1" } }));
      await under.damage?.(record);
      await checkRejects(() => store.read(record, NOW), CorruptRecordError, "read");
      const update = () => store.update(record, { set: { b: "1" } }, NOW);
      await checkRejects(update, CorruptRecordError, "update");
    },
  },
];
