import type { ReplicaState, SessionRecord } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import fc from "fast-check";
import { expect, test } from "vitest";
import { merge, mergeAll, standsOver } from "../src/internal/merge.ts";
import { NOW, newRecord } from "./records.ts";

const RUNS = process.env.SOJOURN_FULL === "1" ? 5_000 : 300;
const HOUR = 3_600_000;
const PARTITION = "one-partition---";
const HANDLE = "one-session-----------";

/** Records of one session: a later one never has an earlier deadline, as only a new login moves it. */
const record = fc
  .record({
    revision: fc.integer({ min: 1, max: 4 }),
    text: fc.constantFrom("1", "2"),
    version: fc.integer({ min: 1, max: 2 }),
  })
  .map(({ revision, text, version }): ReplicaState => {
    const expiresAt = NOW + revision * HOUR;
    const made = newRecord(PARTITION, HANDLE, { idleExpiresAt: expiresAt, expiresAt });
    const full: SessionRecord = { ...made, data: { key: text }, version };
    return { kind: "record", record: full, revision: NOW + revision };
  });
const tombstone = fc.integer({ min: 4, max: 6 }).map((hours): ReplicaState => {
  const ref = { partition: PARTITION, handle: HANDLE };
  return { kind: "tombstone", ref, expiresAt: NOW + hours * HOUR };
});
const stamp = fc.integer({ min: 0, max: 3 }).map((ms): ReplicaState => {
  return { kind: "not-before", partition: PARTITION, notBefore: NOW + ms };
});
const session = fc.oneof({ weight: 3, arbitrary: record }, tombstone);
const state = fc.oneof({ weight: 4, arbitrary: session }, stamp);

/** A state of the same place. */
const alike = fc.oneof(fc.tuple(session, session, session), fc.tuple(stamp, stamp, stamp));

test("merging is commutative, associative and idempotent", () => {
  fc.assert(
    fc.property(alike, ([a, b, c]) => {
      expect(merge(a, b)).toEqual(merge(b, a));
      expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      expect(merge(a, a)).toEqual(a);
    }),
    { numRuns: RUNS },
  );
});

test("a tombstone stands over any record, however new", () => {
  fc.assert(
    fc.property(record, tombstone, (a, b) => {
      expect(merge(a, b).kind).toBe("tombstone");
      expect(standsOver(a, b)).toBe(false);
      expect(standsOver(b, a)).toBe(true);
    }),
    { numRuns: RUNS },
  );
});

/** One content to each revision: two under one are settled by an event, not by the merge of a store. */
const settled = fc
  .array(state, { maxLength: 8 })
  .map((states) =>
    states.map((one) =>
      one.kind === "record" ? { ...one, record: { ...one.record, data: {}, version: 1 } } : one,
    ),
  );

test("a store that is given states holds what merging them gives: in any order, in any groups, again", async () => {
  const drawn = fc.tuple(settled, fc.infiniteStream(fc.nat()));
  await fc.assert(
    fc.asyncProperty(drawn, async ([states, choices]) => {
      const { replica } = memoryStore({ replicable: true }).powers;
      const order = [...states, ...states].map(
        (one) => [choices.next().value as number, one] as const,
      );
      order.sort(([a], [b]) => a - b);
      for (let from = 0; from < order.length;) {
        const count = 1 + ((choices.next().value as number) % 3);
        await replica.apply(
          order.slice(from, from + count).map(([, one]) => one),
          NOW,
        );
        from += count;
      }
      const held = await replica.states(PARTITION, [HANDLE], NOW);
      expect([...mergeAll(held).values()].sort(byKind)).toEqual(
        [...mergeAll(states).values()].sort(byKind),
      );
    }),
    { numRuns: RUNS },
  );
});

test("what a store says it would take is what changes it", async () => {
  await fc.assert(
    fc.asyncProperty(alike, async ([a, b]) => {
      const { replica } = memoryStore({ replicable: true }).powers;
      await replica.apply([a], NOW);
      const before = await replica.states(PARTITION, [HANDLE], NOW);
      const there = before.find(
        ({ kind }) => (kind === "not-before") === (b.kind === "not-before"),
      );
      const changed = await replica.apply([b], NOW);
      // A later deadline of a tombstone is a change, and no reason to send it.
      if (b.kind !== "tombstone" && there?.kind !== "tombstone") {
        expect(changed).toBe(standsOver(b, there) ? 1 : 0);
      }
    }),
    { numRuns: RUNS },
  );
});

function byKind(a: ReplicaState, b: ReplicaState): number {
  return a.kind < b.kind ? -1 : 1;
}
