import type { SessionChange } from "@sojourn/core";
import { dataSize } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, HOUR, newPartition, newRecord, NOW, put } from "../records.ts";

/** All that a change can change, to see that nothing of it happens. */
const whole: SessionChange = {
  set: { a: '"new"', c: "[]" },
  unset: ["b"],
  credential: { from: "credential 0", to: "credential 1" },
  touch: { lastSeenAt: NOW + 1, idleExpiresAt: NOW + 2 * HOUR },
  envelope: { facts: "changed", expiresAt: NOW + 9 * HOUR },
};

const data = { a: '"old"', b: "1.0" };

export const guardCases: readonly StoreCase[] = [
  {
    title: "invariant 3: with ifVersion only the version that was read is changed",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data }));
      const first = await store.update(record, { set: { a: "1" } }, NOW, { ifVersion: 1 });
      same(first, { status: "updated", version: 2, renewed: true }, "at the right version");
      for (const ifVersion of [1, 3]) {
        const { status } = await store.update(record, { set: { a: "2" } }, NOW, { ifVersion });
        same(status, "conflict", "at another version");
      }
      const now = { ...record, data: { ...data, a: "1" }, version: 2 };
      same(await store.read(record, NOW), now, "the record");
    },
  },
  {
    title: "invariant 3: a key is changed only while it has the text it was read as",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { a: "1", b: "2" } }));
      for (const expect of [{ a: "1.0" }, { a: null }, { c: "1" }, { a: "1", b: "3" }]) {
        const { status } = await store.update(record, { set: { a: "9" }, expect }, NOW);
        same(status, "conflict", `an update that expects ${JSON.stringify(expect)}`);
      }
      same(await store.read(record, NOW), record, "the record after conflicts");
      const expect = { a: "1", b: "2", c: null };
      const { status } = await store.update(record, { set: { a: "9" }, expect }, NOW);
      same(status, "updated", "an update whose expectations hold");
    },
  },
  {
    title: "invariant 3: an expectation of absence holds for names that every object has",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
      for (const [i, name] of names.entries()) {
        const expect = Object.fromEntries([[name, null]]);
        const set = Object.fromEntries([[name, "1"]]);
        const outcome = await store.update(record, { set, expect }, NOW);
        const expected = { status: "updated", version: i + 2, renewed: true };
        same(outcome, expected, `a key ${name} that is absent`);
        const { status } = await store.update(record, { set, expect }, NOW);
        same(status, "conflict", `a key ${name} that is there`);
      }
    },
  },
  {
    title: "invariant 3: a conflict changes nothing and gives the current record",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data }));
      const conflict = { status: "conflict", record };
      same(await store.update(record, whole, NOW, { ifVersion: 2 }), conflict, "by the version");
      const expecting = { ...whole, expect: { a: "other" } };
      same(await store.update(record, expecting, NOW), conflict, "by a key");
      same(await store.read(record, NOW), record, "the record");
    },
  },
  {
    title: "update: what would grow past maxBytes is refused whole",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data }));
      const merged = { a: '"new"', c: "[]" };
      const over = { maxBytes: dataSize(merged) - 1 };
      same(await store.update(record, whole, NOW, over), { status: "too-large" }, "one byte over");
      same(await store.read(record, NOW), record, "the record");
      const { status } = await store.update(record, whole, NOW, { maxBytes: dataSize(merged) });
      same(status, "updated", "no byte over");
    },
  },
  {
    title: "update: maxBytes bounds the bytes of keys and texts, merged with what is stored",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data: { k: '"1234567"' } }));
      // Each beside its size in UTF-8; the stored key takes ten.
      for (const [key, text, bytes] of [
        ["k2", '"aa"', 6],
        ["\u00e9\u00e9", '"\u20ac"', 9],
        ["\u{1f36a}", '"\u{1f36a}"', 10],
      ] as const) {
        const change = { set: { [key]: text } };
        const over = { maxBytes: 10 + bytes - 1 };
        same(
          await store.update(record, change, NOW, over),
          { status: "too-large" },
          `${key}, over`,
        );
        const { status } = await store.update(record, change, NOW, { maxBytes: 10 + bytes });
        same(status, "updated", `${key}, just within`);
        await store.update(record, { unset: [key] }, NOW);
      }
      const shorter = { set: { k: '"1"' } };
      const { status } = await store.update(record, shorter, NOW, { maxBytes: 4 });
      same(status, "updated", "a text in place of a longer one");
    },
  },
  {
    title: "update: a conflict is told before a change that is too large",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition(), { data }));
      const options = { ifVersion: 5, maxBytes: 1 };
      const outcome = await store.update(record, whole, NOW, options);
      same(outcome, { status: "conflict", record }, "the outcome");
    },
  },
];

export const deleteCases: readonly StoreCase[] = [
  {
    title: "delete: the record goes, and no other",
    async run({ store }) {
      const partition = newPartition();
      const record = await put(store, newRecord(partition));
      const neighbour = await put(store, newRecord(partition, { handle: handle("two") }));
      const namesake = await put(store, newRecord(newPartition()));
      same(await store.delete(record), "deleted", "the first delete");
      same(await store.delete(record), "gone", "the second");
      same(await store.read(record, NOW), null, "the record");
      same(await store.read(neighbour, NOW), neighbour, "the one beside it");
      same(await store.read(namesake, NOW), namesake, "the one of that name elsewhere");
    },
  },
  {
    title: "delete: with ifVersion only at that version, which touches and renewals leave",
    async run({ store }) {
      const record = await put(store, newRecord(newPartition()));
      await store.update(record, { set: { a: "1" } }, NOW);
      const { touch, credential } = whole;
      if (touch && credential) await store.update(record, { touch, credential }, NOW);
      same(await store.delete(record, { ifVersion: 1 }), "conflict", "at an old version");
      same(await store.delete(record, { ifVersion: 3 }), "conflict", "at a version to come");
      same((await store.read(record, NOW))?.version, 2, "the version that is still there");
      same(await store.delete(record, { ifVersion: 2 }), "deleted", "at the current version");
      same(await store.delete(record, { ifVersion: 2 }), "gone", "when it is gone");
    },
  },
];
