import type { SessionChange, SessionRef } from "@sojourn/core";
import fc from "fast-check";
import type { Call } from "./calls.ts";
import type { Oracle } from "./oracle.ts";
import { handle, HOUR, MINUTE, newRecord } from "./records.ts";

/** What a random run knows: it makes steps that matter out of what has happened so far. */
export interface World {
  readonly oracle: Oracle;
  readonly partitions: readonly [string, string];
  now: number;
  /** How many handles each place has had, where one that was ended never comes again. */
  readonly successions: Map<string, number> | null;
}

/** The next call, or null where only time passes. */
export type Step = (world: World) => Call | null;

/** Of a guard: it is left out, it holds, it does not. */
const guard = fc.constantFrom("none", "holds", "fails");

const place = fc.record({
  partition: fc.constantFrom(0 as const, 1 as const),
  handle: fc.constantFrom("a", "B", "c-", "c_").map(handle),
});
type Place = { partition: 0 | 1; handle: string };

const key = fc.constantFrom("cart", "", "__proto__", "constructor", "a:b");
const text = fc.constantFrom('"a"', "1.0", "[]", "{}", '"\u00e9\\ud800"', '"twenty bytes long"');
const data = fc
  .uniqueArray(fc.tuple(key, text), { selector: ([name]) => name, maxLength: 3 })
  .map((entries): Record<string, string> => Object.fromEntries(entries));

const wait = fc
  .constantFrom(1, 30_000, MINUTE - 1, MINUTE, 10 * MINUTE, HOUR)
  .map((ms): Step => (world) => {
    world.now += ms;
    return null;
  });

const create = fc
  .record({
    place,
    user: fc.boolean(),
    data,
    life: fc.constantFrom(MINUTE, HOUR),
    seen: fc.boolean(),
    authenticatedAgo: fc.constantFrom(0, 1, 30_000),
    options: fc.record(
      {
        limit: fc.record({
          max: fc.integer({ min: 1, max: 3 }),
          onLimit: fc.constantFrom("evict-least-recent" as const, "refuse" as const),
        }),
        replaces: place.map((other) => other.handle),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ place, user, life, seen, authenticatedAgo, options, ...rest }): Step => (world) => {
    const { now } = world;
    const { partition, handle } = newRefOf(world, place);
    const { replaces } = options;
    const record = newRecord(partition, {
      ...rest,
      handle,
      userId: user ? "user" : null,
      createdAt: now,
      authenticatedAt: user ? now - authenticatedAgo : null,
      lastSeenAt: seen ? now : null,
      idleExpiresAt: now + life,
      expiresAt: now + 2 * HOUR,
    });
    if (replaces === undefined) return ["create", record, now, options];
    const replaced = refOf(world, { ...place, handle: replaces }).handle;
    return ["create", record, now, { ...options, replaces: replaced }];
  });

const update = fc
  .record({
    place,
    set: data,
    unset: fc.array(key, { maxLength: 2 }),
    expect: fc.tuple(key, guard),
    credential: guard,
    touch: fc.constantFrom(null, -MINUTE, 0, MINUTE),
    envelope: fc.record(
      {
        expiresAt: fc.constantFrom(0, MINUTE, HOUR),
        idleExpiresAt: fc.constantFrom(0, MINUTE, HOUR),
        facts: fc.constantFrom(null, "", "facts"),
      },
      { requiredKeys: [] },
    ),
    version: guard,
    maxBytes: fc.constantFrom(undefined, 20, 60),
  })
  .map((drawn): Step => (world) => {
    const { now } = world;
    const ref = refOf(world, drawn.place);
    const { set, unset, touch, maxBytes } = drawn;
    const { expiresAt, idleExpiresAt, ...envelope } = drawn.envelope;
    const record = world.oracle.find(ref, now);
    const current = record?.credential ?? "none";
    const change: SessionChange = {
      set,
      unset: unset.filter((name) => !Object.hasOwn(set, name)),
      ...(drawn.expect[1] !== "none" && { expect: expectation(world, ref, ...drawn.expect) }),
      ...(drawn.credential !== "none" && {
        credential: { from: drawn.credential === "holds" ? current : "?", to: `${current}+` },
      }),
      ...(touch !== null && {
        touch: { lastSeenAt: now + touch, idleExpiresAt: now + touch + HOUR },
      }),
      envelope: {
        ...envelope,
        ...(expiresAt !== undefined && {
          expiresAt: deadline(world, now + expiresAt, record?.expiresAt),
        }),
        ...(idleExpiresAt !== undefined && {
          idleExpiresAt: deadline(world, now + idleExpiresAt, record?.idleExpiresAt),
        }),
      },
    };
    const options = { ...versionGuard(world, ref, drawn.version), ...(maxBytes && { maxBytes }) };
    return ["update", ref, change, now, options];
  });

const touch = fc
  .record({ place, ago: fc.constantFrom(0, 1, MINUTE), life: fc.constantFrom(MINUTE, HOUR) })
  .map(({ place, ago, life }): Step => (world) => {
    const lastSeenAt = world.now - ago;
    const touch = { lastSeenAt, idleExpiresAt: lastSeenAt + life };
    return ["update", refOf(world, place), { touch }, world.now];
  });

const others = fc.oneof(
  place.map((place): Step => (world) => ["read", refOf(world, place), world.now]),
  fc.tuple(place, guard).map(([place, version]): Step => (world) => {
    const ref = refOf(world, place);
    return ["delete", ref, versionGuard(world, ref, version)];
  }),
  fc
    .record({
      place,
      options: fc.record(
        { limit: fc.integer({ min: 1, max: 2 }), withData: fc.boolean(), after: key.map(handle) },
        { requiredKeys: [] },
      ),
    })
    .map(({ place, options }): Step => (world) => {
      return ["list", refOf(world, place).partition, world.now, options];
    }),
  fc.tuple(place, fc.boolean()).map(([place, spare]): Step => (world) => {
    const { partition, handle } = refOf(world, place);
    return ["deleteAll", partition, world.now, spare ? { except: handle } : {}];
  }),
  fc.integer({ min: 1, max: 3 }).map((limit): Step => (world) => ["sweep", world.now, limit]),
);

/** Some steps, those that change something more often. */
export const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: create },
    { weight: 3, arbitrary: update },
    { weight: 2, arbitrary: touch },
    { weight: 2, arbitrary: wait },
    { weight: 4, arbitrary: others },
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);

function refOf({ partitions, successions }: World, place: Place): SessionRef {
  const partition = partitions[place.partition];
  const succession = successions?.get(partition + place.handle) ?? 0;
  if (succession === 0) return { partition, handle: place.handle };
  return {
    partition,
    handle: `${place.handle.slice(0, 18)}${String(succession).padStart(3, "-")}A`,
  };
}

/** Where something may be created. */
function newRefOf(world: World, place: Place): SessionRef {
  const { oracle, now, successions } = world;
  const ref = refOf(world, place);
  if (successions === null || oracle.find(ref, now) !== undefined) return ref;
  const name = ref.partition + place.handle;
  successions.set(name, (successions.get(name) ?? 0) + 1);
  return refOf(world, place);
}

/** Of copies, one from before a deadline was moved back would outlive it. Nobody moves one back. */
function deadline({ successions }: World, drawn: number, present: number = drawn): number {
  return successions === null ? drawn : Math.max(drawn, present);
}

function versionGuard({ oracle, now }: World, ref: SessionRef, guard: string) {
  if (guard === "none") return {};
  const version = oracle.find(ref, now)?.version ?? 1;
  return { ifVersion: guard === "holds" ? version : version + 1 };
}

function expectation({ oracle, now }: World, ref: SessionRef, key: string, guard: string) {
  const data = oracle.find(ref, now)?.data ?? {};
  const held = Object.hasOwn(data, key) ? (data[key] as string) : null;
  const wrong = held === null ? '"absent"' : null;
  return Object.fromEntries([[key, guard === "holds" ? held : wrong]]);
}
