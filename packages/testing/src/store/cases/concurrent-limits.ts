import type { SessionLimit, Store } from "@sojourn/core";
import { FULL } from "../../adapter/tier.ts";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, handlesIn, newPartition, newRecord, NOW, put, together } from "../records.ts";
import { evict, refuse } from "./limits.ts";

const MAX = 5;
const CROWD = FULL ? 500 : 100;

/** Many at once. Gives who was created, who was sent away for them, and who is there. */
async function crowd(store: Store, partition: string, limit: SessionLimit, replaces?: string) {
  const outcomes = await together(CROWD, async (i) => {
    const record = newRecord(partition, { handle: handle(`new-${i}`) });
    const options = replaces === undefined ? { limit } : { limit, replaces };
    return { handle: record.handle, ...(await store.create(record, NOW, options)) };
  });
  const created = outcomes.filter(({ status }) => status === "created");
  const refused = outcomes.filter(({ status }) => status === "limit-reached");
  same(created.length + refused.length, CROWD, "how many were created or refused");
  return {
    created: created.map((outcome) => outcome.handle),
    evicted: outcomes.flatMap((outcome) => (outcome.status === "created" ? outcome.evicted : [])),
    left: await handlesIn(store, partition),
  };
}

export const concurrentLimitCases: readonly StoreCase[] = [
  {
    title:
      "invariant 6: many concurrent creates leave exactly 5 where the least recent are evicted",
    async run({ store }) {
      const partition = newPartition();
      const { created, evicted, left } = await crowd(store, partition, evict(MAX));
      same(left.length, MAX, "how many are left");
      same(created.length, CROWD, "how many were created");
      same([...left, ...evicted].toSorted(), created.toSorted(), "those left and those evicted");
    },
  },
  {
    title: "invariant 6: many concurrent creates leave exactly 5 where the rest is refused",
    async run({ store }) {
      const partition = newPartition();
      const { created, evicted, left } = await crowd(store, partition, refuse(MAX));
      same(left.length, MAX, "how many are left");
      same(created.toSorted(), left, "those created");
      same(evicted, [], "those evicted");
    },
  },
  {
    title: "invariant 6: the session that is replaced goes in the same step and does not count",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["1", "2"])
        await put(store, newRecord(partition, { handle: handle(name) }));
      const record = newRecord(partition, { handle: handle("new") });
      const options = { limit: refuse(2), replaces: handle("1") };
      const outcome = await store.create(record, NOW, options);
      same(outcome, { status: "created", evicted: [] }, "the outcome");
      same(await handlesIn(store, partition), ["2", "new"].map(handle), "who is left");
    },
  },
  {
    title: "invariant 6: the session that is replaced is not among the evicted",
    async run({ store }) {
      const partition = newPartition();
      for (const [i, name] of ["1", "2", "3"].entries()) {
        await put(store, newRecord(partition, { handle: handle(name), lastSeenAt: NOW - 9 + i }));
      }
      const record = newRecord(partition, { handle: handle("new") });
      const outcome = await store.create(record, NOW, { limit: evict(2), replaces: handle("3") });
      same(outcome, { status: "created", evicted: [handle("1")] }, "the outcome");
      same(await handlesIn(store, partition), ["2", "new"].map(handle), "who is left");
    },
  },
  {
    title: "invariant 6: one that is to be replaced and is not there makes no room",
    async run({ store }) {
      const partition = newPartition();
      for (const name of ["1", "2"])
        await put(store, newRecord(partition, { handle: handle(name) }));
      const record = newRecord(partition, { handle: handle("new") });
      const options = { limit: refuse(2), replaces: handle("nobody") };
      const outcome = await store.create(record, NOW, options);
      same(outcome, { status: "limit-reached" }, "the outcome");
    },
  },
  {
    title:
      "invariant 6: of many concurrent creates that replace one session exactly one finds room",
    async run({ store }) {
      const partition = newPartition();
      for (let i = 0; i < MAX; i++) {
        await put(store, newRecord(partition, { handle: handle(`old-${i}`) }));
      }
      const { created, left } = await crowd(store, partition, refuse(MAX), handle("old-0"));
      same(created.length, 1, "how many were created");
      same(left.length, MAX, "how many are left");
    },
  },
];
