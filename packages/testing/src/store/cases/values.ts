import type { NewSessionRecord, SessionRecord, Store } from "@sojourn/core";
import { same } from "../assert.ts";
import type { StoreCase } from "../contract.ts";
import { handle, newPartition, newRecord, NOW, put } from "../records.ts";

const LONG = 100_000;

/** JSON texts that a parser would not give back as they are. */
const TEXTS = [
  "[]",
  "{}",
  "null",
  '""',
  "1.0",
  "1e2",
  "-0",
  "12345678901234567890.5",
  '{"b":1,"a":2}',
  '{"a":1,"a":2}',
  '{"__proto__":{"admin":true}}',
  ' [ 1 ,\t"two" ] \n',
  '"\\u0000\\ud800\\u2028"',
  '"\\u00e9\\/"',
  '"\u00e9\u0301\u{1f9e6}\ufeff\u2028"',
  JSON.stringify("\u20ac".repeat(LONG)),
];

/** Any well-formed text can be a key or a user id. */
const NAMES = [
  "",
  " ",
  "a:b",
  "{x}",
  "a.b[0]",
  "$where",
  "%",
  "\\",
  "'; drop table sessions; --",
  '"',
  "0",
  "-1",
  "cart",
  "CART",
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "hasOwnProperty",
  "\u0000",
  "a\u0000b",
  "\n",
  "\u00e9",
  "e\u0301",
  "\u{1f9e6}",
  "\ufeff",
  "\uffff",
];

/** Names that a store might use for columns of its own. */
const FIELDS: readonly (keyof SessionRecord | "id" | "key" | "value" | "notBefore")[] = [
  "partition",
  "handle",
  "userId",
  "credential",
  "createdAt",
  "authenticatedAt",
  "lastSeenAt",
  "idleExpiresAt",
  "expiresAt",
  "policy",
  "persistent",
  "facts",
  "data",
  "version",
  "id",
  "key",
  "value",
  "notBefore",
];

/** Both ways in, created and updated, and all ways out. */
async function checkKept(store: Store, data: Record<string, string>): Promise<void> {
  const partition = newPartition();
  const created = await put(store, newRecord(partition, { handle: handle("a"), data }));
  const empty = await put(store, newRecord(partition, { handle: handle("b") }));
  await store.update(empty, { set: data, expect: nulls(data) }, NOW);
  const updated = { ...empty, data, version: 2 };
  same(await store.read(created, NOW), created, "what was created");
  same(await store.read(updated, NOW), updated, "what was updated");
  const all = await store.list(partition, NOW, { withData: true });
  same(all, [created, updated], "the list");
  const { status } = await store.update(updated, { unset: Object.keys(data), expect: data }, NOW);
  same(status, "updated", "an update that expects and removes them all");
  same((await store.read(updated, NOW))?.data, {}, "what is left");
}

function nulls(data: Record<string, string>): Record<string, null> {
  return Object.fromEntries(Object.keys(data).map((key) => [key, null]));
}

async function checkFields(store: Store, fields: Partial<NewSessionRecord>): Promise<void> {
  const record = await put(store, newRecord(newPartition(), fields));
  same(await store.read(record, NOW), record, `a record with ${JSON.stringify(fields)}`);
}

export const valueCases: readonly StoreCase[] = [
  {
    title: "invariant 11: texts come back unit for unit, and are never parsed",
    async run({ store }) {
      await checkKept(store, Object.fromEntries(TEXTS.map((text, i) => [`text ${i}`, text])));
    },
  },
  {
    title: "invariant 11: a key may have any name",
    async run({ store }) {
      await checkKept(store, Object.fromEntries(NAMES.map((name, i) => [name, String(i)])));
    },
  },
  {
    title: "invariant 11: a key named like a field of the envelope is data all the same",
    async run({ store }) {
      await checkKept(store, Object.fromEntries(FIELDS.map((name) => [name, '"data"'])));
    },
  },
  {
    title: "values: user ids, policies, facts and credentials are any text, and null is none",
    async run({ store }) {
      for (const name of [...NAMES, "x".repeat(10_000)]) {
        await checkFields(store, { userId: name, policy: name, facts: name, credential: name });
      }
      await checkFields(store, { userId: null, authenticatedAt: null, facts: null });
      await checkFields(store, { userId: "null", facts: "null" });
    },
  },
  {
    title: "values: times come back to the millisecond, flags as they were",
    async run({ store }) {
      for (const persistent of [true, false]) {
        await checkFields(store, {
          persistent,
          createdAt: NOW - 123_456_789,
          authenticatedAt: NOW - 123_456_790,
          lastSeenAt: NOW - 1,
          idleExpiresAt: NOW + 1_234_567_891,
          expiresAt: NOW + 34_560_000_001,
        });
      }
      await checkFields(store, { createdAt: 1, authenticatedAt: 0, lastSeenAt: 0 });
    },
  },
];
