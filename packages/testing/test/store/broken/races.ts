import type { SessionChange, SessionRecord } from "@sojourn/core";
import type { BrokenStore } from "./broken.ts";

/** Reads, and a step later writes back the whole record as it would be. */
function writesBack(rejectedBy: string, mayInsert: boolean): BrokenStore {
  return {
    defect: mayInsert ? "reads, then writes back, gone or not" : "reads, then writes back",
    rejectedBy,
    make: ({ oracle, step }) => ({
      async update(ref, change, now, options) {
        await step();
        const mine = oracle.fork();
        const outcome = mine.update(ref, change, now, options);
        if (outcome.status !== "updated") return outcome;
        await step();
        if (!mayInsert && oracle.find(ref, now) === undefined) return { status: "gone" };
        oracle.put(mine.find(ref, now) as SessionRecord);
        return outcome;
      },
    }),
  };
}

/** Checks a guard, and a step later applies the change without it. */
function checksFirst(
  defect: string,
  rejectedBy: string,
  unguarded: (change: SessionChange, renews: boolean) => SessionChange,
): BrokenStore {
  return {
    defect,
    rejectedBy,
    make: ({ oracle, step }) => ({
      async update(ref, change, now, options) {
        await step();
        const checked = oracle.fork().update(ref, change, now, options);
        if (checked.status !== "updated") return checked;
        await step();
        const from = oracle.find(ref, now)?.credential ?? "";
        const { credential, ...rest } = unguarded(change, checked.renewed);
        const renewal =
          credential !== undefined && checked.renewed ? { ...credential, from } : undefined;
        const outcome = oracle.update(
          ref,
          { ...rest, ...(renewal && { credential: renewal }) },
          now,
        );
        return outcome.status === "updated" ? { ...outcome, renewed: checked.renewed } : outcome;
      },
    }),
  };
}

export const brokenRaces: readonly BrokenStore[] = [
  writesBack("invariant 3: 200 concurrent requests that each set a key of their own", false),
  writesBack("invariant 3: up to four operations on one record at once", false),
  writesBack("invariant 2: a deletion among up to four operations", true),
  checksFirst(
    "compares the version, then writes",
    "invariant 3: of concurrent increments with ifVersion",
    (change) => change,
  ),
  checksFirst(
    "compares texts, then writes",
    "invariant 3: of 100 concurrent takers of one value",
    (change) => ({ ...change, expect: {} }),
  ),
  checksFirst(
    "compares the credential, then writes",
    "invariant 5: of 100 concurrent renewals exactly one renews",
    (change) => change,
  ),
  {
    defect: "looks for the record, then deletes it",
    rejectedBy: "delete: of 100 concurrent deletes exactly one",
    make: ({ oracle, step }) => ({
      async delete(ref, options) {
        const outcome = oracle.fork().delete(ref, options);
        await step();
        if (outcome === "deleted") oracle.delete(ref);
        return outcome;
      },
    }),
  },
  {
    defect: "replaces the credential whatever it is",
    rejectedBy: "invariant 5: a credential is replaced only while it is the one",
    make: ({ oracle, store }) => ({
      update(ref, change, now, options) {
        const from = oracle.find(ref, now)?.credential ?? "";
        const { credential } = change;
        const forced = credential && { credential: { ...credential, from } };
        return store.update(ref, { ...change, ...forced }, now, options);
      },
    }),
  },
  {
    defect: "refuses the whole change where the credential has moved",
    rejectedBy: "invariant 5: a renewal that comes too late does not keep the rest",
    make: ({ oracle, store }) => ({
      async update(ref, change, now, options) {
        const record = oracle.read(ref, now);
        const { credential } = change;
        if (record !== null && credential && credential.from !== record.credential) {
          return { status: "conflict", record };
        }
        return store.update(ref, change, now, options);
      },
    }),
  },
  {
    defect: "evicts one fewer where a touch came in between",
    rejectedBy: "model: random sequences of operations",
    make: ({ store }) => {
      let touched = false;
      return {
        update(ref, change, now, options) {
          touched ||= change.touch !== undefined;
          return store.update(ref, change, now, options);
        },
        create(record, now, { limit, ...options } = {}) {
          const max = (limit?.max ?? 0) + (touched ? 1 : 0);
          return store.create(record, now, {
            ...options,
            ...(limit && { limit: { ...limit, max } }),
          });
        },
      };
    },
  },
];
