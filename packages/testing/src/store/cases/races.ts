import { FULL } from "../../adapter/tier.ts";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { newPartition, newRecord, NOW, put, together } from "../records.ts";

/** Whoever comes too late tries again: that is the square of it in tries. */
const INCREMENTS = FULL ? 200 : 20;

export const raceCases: readonly StoreCase[] = [
  {
    title: "invariant 3: 200 concurrent requests that each set a key of their own all keep it",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { first: "1" } }));
      const outcomes = await together(200, (i) =>
        store.update(record, { set: { [`key ${i}`]: String(i) } }, NOW),
      );
      const versions = outcomes.map((outcome) => outcome.status === "updated" && outcome.version);
      same(new Set(versions).size, 200, "how many versions there were");
      const after = await store.read(record, NOW);
      same(Object.keys(after?.data ?? {}).length, 201, "how many keys there are");
      same(after?.version, 201, "the version");
    },
  },
  {
    title: "invariant 3: of concurrent increments with ifVersion none is lost",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { count: "0" } }));
      await together(INCREMENTS, async () => {
        let { data, version } = record;
        for (;;) {
          const set = { count: String(Number(data.count) + 1) };
          const outcome = await store.update(record, { set }, NOW, { ifVersion: version });
          if (outcome.status !== "conflict") return same(outcome.status, "updated", "an increment");
          ({ data, version } = outcome.record);
        }
      });
      same((await store.read(record, NOW))?.data, { count: String(INCREMENTS) }, "the count");
    },
  },
  {
    title: "invariant 3: of 100 concurrent takers of one value exactly one gets it",
    async run({ store }) {
      const flash = '"saved"';
      const record = await put(store, newRecord(newPartition(), { data: { flash } }));
      const outcomes = await together(100, () =>
        store.update(record, { unset: ["flash"], expect: { flash } }, NOW),
      );
      const takers = outcomes.filter(({ status }) => status === "updated");
      same(takers.length, 1, "how many took it");
      same(outcomes.filter(({ status }) => status === "conflict").length, 99, "how many did not");
      same((await store.read(record, NOW))?.data, {}, "what is left");
    },
  },
  {
    title: "delete: of 100 concurrent deletes exactly one is told that it deleted",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      const outcomes = await together(100, () => store.delete(record));
      same(outcomes.filter((outcome) => outcome === "deleted").length, 1, "how many deleted");
      same(outcomes.filter((outcome) => outcome === "gone").length, 99, "how many found it gone");
    },
  },
  {
    title: "invariant 5: a credential is replaced only while it is the one that was read",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      const credential = { from: "credential 0", to: "credential 1" };
      const first = await store.update(record, { credential }, NOW);
      same(first, { status: "updated", version: 1, renewed: true }, "the first renewal");
      const late = { from: "credential 0", to: "credential 2" };
      const second = await store.update(record, { credential: late }, NOW);
      same(
        second,
        { status: "updated", version: 1, renewed: false },
        "the one that comes too late",
      );
      same((await store.read(record, NOW))?.credential, "credential 1", "the credential");
    },
  },
  {
    title: "invariant 5: a renewal that comes too late does not keep the rest from being saved",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1" } }));
      const touch = { lastSeenAt: NOW + 1, idleExpiresAt: record.idleExpiresAt + 1 };
      const change = { set: { b: "2" }, unset: ["a"], envelope: { facts: "f" }, touch };
      const credential = { from: "another", to: "mine" };
      const outcome = await store.update(record, { ...change, credential }, NOW);
      same(outcome, { status: "updated", version: 2, renewed: false }, "the outcome");
      const expected = { ...record, data: { b: "2" }, facts: "f", ...touch, version: 2 };
      same(await store.read(record, NOW), expected, "the record");
    },
  },
  {
    title: "invariant 5: of 100 concurrent renewals exactly one renews, and all succeed",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      const outcomes = await together(100, (i) => {
        const credential = { from: "credential 0", to: `renewed ${i}` };
        return store.update(record, { credential, set: { [`key ${i}`]: "1" } }, NOW);
      });
      same(outcomes.filter(({ status }) => status === "updated").length, 100, "how many succeeded");
      const won = outcomes.flatMap((outcome, i) =>
        outcome.status === "updated" && outcome.renewed ? [`renewed ${i}`] : [],
      );
      same(won.length, 1, "how many renewed");
      const after = await store.read(record, NOW);
      same(after?.credential, won[0], "the credential");
      same(Object.keys(after?.data ?? {}).length, 100, "how many other changes were saved");
    },
  },
];
