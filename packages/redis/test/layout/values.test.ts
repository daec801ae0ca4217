import { dataSize, type SessionRecord, type Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { handle, HOUR, type Layout, MINUTE, newRecord, startLayout } from "./redis.ts";

const FULL = process.env.SOJOURN_FULL === "1";
const NOW = 1_800_000_000_000;

let layout: Layout;
beforeAll(async () => (layout = await startLayout()));
afterAll(() => layout.stop());

/** What the layout gives a meaning, and what has one in JSON, in Lua or in UTF-8. */
const UNITS = [
  "\n",
  "\u0010",
  "\u0010n",
  "\u0010e",
  "\u0010.",
  "\0",
  "\r",
  "\\n",
  "\u{1f9e6}",
  "\u00e9",
  "=",
  ".",
  "n",
];

/** Lengths on both sides of the border beyond which data lies apart, in units and in bytes. */
const length = fc.oneof(
  fc.constant(0),
  fc.integer({ min: 0, max: 40 }),
  fc.integer({ min: 960, max: 1_040 }),
  fc.integer({ min: 3_000, max: FULL ? 70_000 : 4_000 }),
);

const long = fc
  .tuple(fc.constantFrom("x", "\u00e9", "\u20ac", "\n"), length)
  .map(([unit, units]) => unit.repeat(units));

const odd = fc.array(fc.constantFrom(...UNITS), { maxLength: 6 }).map((units) => units.join(""));

const text = fc.oneof(
  odd,
  fc.constantFrom("", "[]", "{}", "0", "-0", "1e400", "12345678901234567890.5", "null", '{"a":[]}'),
  fc.tuple(odd, long, odd).map((texts) => texts.join("")),
);

const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "!", ".", "", "0", "12", "-1", "\n", "d", handle(0)),
  odd,
);

const data = fc
  .uniqueArray(fc.tuple(key, text), { selector: ([name]) => name, maxLength: 4 })
  .map((entries): Record<string, string> => Object.fromEntries(entries));

const optional = fc.option(text);
const guard = fc.constantFrom("holds", "fails");
const ms = fc.constantFrom(0, 1, -1, MINUTE, HOUR);

const step = fc.record(
  {
    set: data,
    unset: fc.uniqueArray(key, { maxLength: 3 }),
    expect: fc.tuple(key, fc.constantFrom("holds", "fails", "absent"), text),
    credential: fc.record({ holds: fc.boolean(), to: text }),
    touch: fc.tuple(ms, ms),
    envelope: fc.record(
      { authenticatedAt: fc.option(ms), idleExpiresAt: ms, expiresAt: ms, facts: optional },
      { requiredKeys: [] },
    ),
    ifVersion: guard,
    /** How far the bound is from what the data will take. */
    room: fc.constantFrom(-1, 0, 1, 1_000),
  },
  { requiredKeys: [] },
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

const created = fc.record({
  userId: optional,
  facts: optional,
  credential: text,
  policy: text,
  persistent: fc.boolean(),
  data,
});

/** The update that a step stands for, on that record. */
function updateOf(step: Step, record: SessionRecord): Parameters<Store["update"]> {
  const { set = {}, unset, expect: expectation, credential, touch, envelope, room } = step;
  const { authenticatedAt, idleExpiresAt, expiresAt, ...rest } = envelope ?? {};
  const removed = unset?.filter((name) => !Object.hasOwn(set, name));
  const left = Object.entries(record.data).filter(([name]) => !removed?.includes(name));
  const merged = { ...Object.fromEntries(left), ...set };
  const [name, guard, other] = expectation ?? ["", null, ""];
  const held = Object.hasOwn(record.data, name) ? (record.data[name] as string) : null;
  const expected = { holds: held, fails: other, absent: null };
  return [
    record,
    {
      ...(step.set && { set }),
      ...(removed && { unset: removed }),
      ...(guard && { expect: Object.fromEntries([[name, expected[guard]]]) }),
      ...(credential && {
        credential: {
          from: credential.holds ? record.credential : `${record.credential}?`,
          to: credential.to,
        },
      }),
      ...(touch && { touch: { lastSeenAt: NOW + touch[0], idleExpiresAt: NOW + HOUR + touch[1] } }),
      ...(envelope && {
        envelope: {
          ...rest,
          ...(authenticatedAt !== undefined && {
            authenticatedAt: authenticatedAt === null ? null : NOW + authenticatedAt,
          }),
          ...(idleExpiresAt !== undefined && { idleExpiresAt: NOW + 2 * HOUR + idleExpiresAt }),
          ...(expiresAt !== undefined && { expiresAt: NOW + 2 * HOUR + expiresAt }),
        },
      }),
    },
    NOW,
    {
      ...(room !== undefined && { maxBytes: Math.max(0, dataSize(merged) + room) }),
      ...(step.ifVersion === "holds" && { ifVersion: record.version }),
      ...(step.ifVersion === "fails" && { ifVersion: record.version + 1 }),
    },
  ];
}

/** Fields by name: `toEqual` alone would not look at a key "__proto__". */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value)
    .map(([name, field]) => [name, plain(field)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
}

test(
  "after any updates the store holds what the memory store holds, text for text",
  { timeout: 600_000 },
  async () => {
    const redis = layout.store();
    const compared = async <T>(run: (store: Store) => Promise<T>): Promise<T> => {
      const [found, wanted] = await Promise.all([run(redis), run(memory)]);
      expect(plain(found)).toEqual(plain(wanted));
      return wanted;
    };
    let memory = memoryStore();
    const property = fc.asyncProperty(
      created,
      fc.array(step, { maxLength: 12 }),
      async (fields, steps) => {
        memory = memoryStore();
        const record = newRecord(NOW, fields);
        // A neighbour under the same key, whose data lies apart: it must stay as it is.
        const { partition } = record;
        const neighbour = newRecord(NOW, {
          partition,
          handle: handle(1),
          data: { k: "x".repeat(2_000) },
        });
        await compared((store) => store.create(neighbour, NOW));
        await compared((store) => store.create(record, NOW));
        for (const step of steps) {
          const before = await compared((store) => store.read(record, NOW));
          if (before === null) break;
          await compared((store) => store.update(...updateOf(step, before)));
          await compared((store) => store.list(partition, NOW, { withData: true }));
        }
        await compared((store) => store.list(partition, NOW));
        await compared((store) => store.delete(record, { ifVersion: 2 }));
        await compared((store) => store.deleteAll(partition, NOW, { except: handle(1) }));
        await compared((store) => store.list(partition, NOW, { withData: true }));
      },
    );
    await fc.assert(property, FULL ? { numRuns: 3_000 } : { numRuns: 60, seed: 1 });
  },
);

test("a conflict tells the whole record, wherever its data lies", async () => {
  const store = layout.store();
  for (const length of [10, 2_000]) {
    const record = newRecord(NOW, { data: { k: "x".repeat(length), "\n": "" } });
    await store.create(record, NOW);
    const current = { status: "conflict", record: { ...record, version: 1 } };
    expect(await store.update(record, {}, NOW, { ifVersion: 2 })).toEqual(current);
    expect(await store.update(record, { set: { k: "" } }, NOW, { ifVersion: 2 })).toEqual(current);
    expect(await store.update(record, { expect: { "\n": null } }, NOW)).toEqual(current);
  }
});

test("data takes a field of its own above 1 KiB, and only there", async () => {
  const store = layout.store();
  const record = newRecord(NOW, { data: { k: "x".repeat(1_024 - 3) } });
  const { client } = layout;
  const fields = async () => (await client.hkeys(`layout:{${record.partition}}`)).toSorted();
  await store.create(record, NOW);
  expect(await fields()).toEqual([record.handle]);
  await store.update(record, { set: { k: "x".repeat(1_024 - 2) } }, NOW);
  expect(await fields()).toEqual([record.handle, `${record.handle}.`]);
  await store.update(record, { set: { k: "x".repeat(1_024 - 3) } }, NOW);
  expect(await fields()).toEqual([record.handle]);
  await store.create({ ...record, handle: handle(1), data: { k: "x".repeat(1_024 - 2) } }, NOW);
  expect(await fields()).toEqual([record.handle, handle(1), `${handle(1)}.`]);
});
