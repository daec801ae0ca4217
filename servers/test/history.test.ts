import type { NewSessionRecord, SessionRecord } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { describe, expect, test } from "vitest";
import { defects, distant } from "./defects.ts";
import type { Entry, Made, Operation } from "../load/entry.ts";
import { violations } from "../load/history.ts";
import { startLoad } from "../load/load.ts";
import type { Rule } from "../load/report.ts";

describe("under load", () => {
  test("a right store breaks no rule", async () => {
    const store = distant(memoryStore());
    const history = await startLoad([store]).finish(store);
    expect(rulesBroken(history)).toEqual([]);
  });

  test.each(defects)("$name is found out", async ({ build, breaks }) => {
    const found = new Set<Rule>();
    // Which calls meet is a matter of luck.
    for (let tries = 0; tries < 20 && !breaks.every((rule) => found.has(rule)); tries++) {
      const right = memoryStore();
      const store = distant({ ...right, ...build(distant(right)) });
      const history = await startLoad([store], { operations: 2_000 }).finish(store);
      for (const rule of rulesBroken(history)) found.add(rule);
    }
    expect([...found]).toEqual(expect.arrayContaining([...breaks]));
  });
});

/** When a call was made: at this tick, or from one to another. */
type When = number | readonly [from: number, to: number];

function call<O extends Operation>(
  when: When,
  operation: O,
  args: Made<O>["args"],
  outcome?: Made<O>["outcome"],
): Entry {
  const [startedAt, endedAt] = typeof when === "number" ? [when, when + 0.5] : when;
  const isKnown = outcome !== undefined;
  return { operation, args, startedAt, endedAt: isKnown ? endedAt : Infinity, outcome } as Entry;
}

const partition = "partition";
const [A, B, C] = ["a", "b", "c"].map((handle) => ({ partition, handle })) as [Ref, Ref, Ref];
type Ref = { readonly partition: string; readonly handle: string };

function recordOf(ref: Ref, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    ...ref,
    userId: "user",
    credential: "c1",
    createdAt: 0,
    authenticatedAt: 5,
    lastSeenAt: 0,
    idleExpiresAt: 1_000,
    expiresAt: 2_000,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    version: 1,
    ...fields,
  };
}

const limit = { max: 2, onLimit: "evict-least-recent" } as const;

const create = (
  when: When,
  ref: Ref,
  evicted: Ref[] = [],
  fields: Partial<NewSessionRecord> = {},
) =>
  call(when, "create", [recordOf(ref, fields), 10, { limit }], {
    status: "created",
    evicted: evicted.map(({ handle }) => handle),
  });
const unknownCreate = (when: When, ref: Ref) =>
  call(when, "create", [recordOf(ref), 10, { limit }]);
const read = (when: When, ref: Ref, fields: Partial<SessionRecord> | null, now = 20) =>
  call(when, "read", [ref, now], fields && recordOf(ref, fields));
const list = (when: When, ...refs: Ref[]) =>
  call(
    when,
    "list",
    [partition, 20],
    refs.map((ref) => recordOf(ref)),
  );
const set = (when: When, ref: Ref, data: Record<string, string>, version?: number) =>
  call(
    when,
    "update",
    [ref, { set: data }, 20],
    version === undefined ? undefined : { status: "updated", version, renewed: true },
  );
const renewal = (when: When, ref: Ref, from: string, to: string, renewed?: boolean) =>
  call(
    when,
    "update",
    [ref, { credential: { from, to } }, 20],
    renewed === undefined ? undefined : { status: "updated", version: 1, renewed },
  );
const remove = (when: When, ref: Ref, outcome?: "deleted" | "gone") =>
  call(when, "delete", [ref], outcome);
const removeAll = (when: When, refs: Ref[] | undefined, now = 20, except?: Ref) =>
  call(
    when,
    "deleteAll",
    [partition, now, except ? { except: except.handle } : {}],
    refs?.map(({ handle }) => handle),
  );

const x = (text: string) => ({ data: { x: text } });

describe("it must be found out that", () => {
  const cases: Record<string, readonly [Rule, ...Entry[]]> = {
    "a write that was acknowledged is not there": [
      "lost update",
      create(1, A),
      set(2, A, { x: "1" }, 2),
      read(3, A, { version: 2 }),
    ],
    "an older write is there again": [
      "lost update",
      create(1, A),
      set(2, A, { x: "1" }, 2),
      set(3, A, { x: "2" }, 3),
      read(4, A, { version: 3, ...x("1") }),
    ],
    "of two that overlapped one is there, and then what came before them": [
      "lost update",
      create(1, A),
      set(2, A, { x: "1" }, 2),
      set([3, 5], A, { x: "2" }, 3),
      set([4, 6], A, { x: "3" }, 4),
      read(7, A, { version: 4, ...x("1") }),
    ],
    "a counter is lower than what was acknowledged": [
      "lost update",
      create(1, A),
      set([2, 4], A, { counter: "1" }, 2),
      set([3, 5], A, { counter: "1" }, 3),
      read(6, A, { version: 3, data: { counter: "1" } }),
    ],
    "a counter is higher than what may have been done": [
      "lost update",
      create(1, A),
      set(2, A, { counter: "1" }, 2),
      set([3, 9], A, { counter: "2" }),
      set(4, A, { counter: "3" }, 3),
      read(5, A, { version: 3, data: { counter: "4" } }),
    ],
    "a credential was replaced twice": [
      "lost update",
      create(1, A),
      renewal([2, 4], A, "c1", "c2", true),
      renewal([3, 5], A, "c1", "c3", true),
    ],
    "a credential that was replaced is there again": [
      "lost update",
      create(1, A),
      renewal(2, A, "c1", "c2", true),
      read(3, A, { credential: "c1" }),
    ],
    "a renewal that was outdone is there": [
      "unfounded value",
      create(1, A),
      renewal(2, A, "c0", "c2", false),
      read(3, A, { credential: "c2" }),
    ],
    "a text is there that nobody wrote": ["unfounded value", create(1, A), read(2, A, x("1"))],
    "a text is there before it was written": [
      "unfounded value",
      create(1, A),
      read(2, A, { version: 2, ...x("1") }),
      set(3, A, { x: "1" }, 2),
    ],
    "half a write is there": [
      "unfounded value",
      create(1, A),
      set([2, 4], A, { "twin.a": "1", "twin.b": "1" }, 2),
      read(3, A, { version: 2, data: { "twin.a": "1" } }),
    ],
    "a version went back": [
      "version",
      create(1, A),
      set(2, A, { x: "1" }, 2),
      read(3, A, { version: 1, ...x("1") }),
    ],
    "two updates gave one version": [
      "version",
      create(1, A),
      set([2, 4], A, { x: "1" }, 2),
      set([3, 5], A, { y: "1" }, 2),
    ],
    "a last-seen time went back": [
      "version",
      create(1, A),
      read(2, A, { lastSeenAt: 15 }),
      read(3, A, { lastSeenAt: 14 }),
    ],
    "a deleted session is there": [
      "resurrection",
      create(1, A),
      remove(2, A, "deleted"),
      read(3, A, {}),
    ],
    "one of all that were revoked is there": [
      "resurrection",
      create(1, A),
      create(2, B),
      removeAll(3, [A, B]),
      list(4, B),
    ],
    "what a revocation of all did not name is there": [
      "resurrection",
      create(1, A),
      removeAll(2, []),
      read(3, A, {}),
    ],
    "a login of before a revocation of all was let in": [
      "resurrection",
      removeAll(1, [], 5),
      create(2, A),
    ],
    "a login of unknown fate, of before a revocation of all, is there": [
      "resurrection",
      unknownCreate(1, A),
      removeAll(2, [], 5),
      read(3, A, {}),
    ],
    "an evicted session is there": [
      "resurrection",
      create(1, A),
      create(2, B),
      create(3, C, [A]),
      read(4, A, {}),
    ],
    "a session that was gone is there": [
      "resurrection",
      create(1, A),
      remove([2, 9], A),
      read(3, A, null),
      read(4, A, {}),
    ],
    "a session that was created is not there": ["missing", create(1, A), read(2, A, null)],
    "it is not listed": ["missing", create(1, A), create(2, B), list(3, B)],
    "a session that was seen is not there, and all that ended was another": [
      "missing",
      unknownCreate(1, A),
      read(2, A, {}),
      create(3, B),
      remove(4, B, "deleted"),
      set(5, A, { x: "1" }),
      call(6, "update", [A, { set: { x: "2" } }, 20], { status: "gone" }),
    ],
    "a revocation of all, of unknown fate, has taken one only": [
      "missing",
      create(1, A),
      create(2, B),
      removeAll(3, undefined),
      read(4, A, null),
      read(5, B, {}),
    ],
    "a create of unknown fate has taken two": [
      "missing",
      create(1, A),
      create(2, B),
      unknownCreate(3, C),
      list(4),
    ],
    "two calls ended one session": [
      "ended twice",
      create(1, A),
      remove([2, 4], A, "deleted"),
      removeAll([3, 5], [A]),
    ],
    "there is a session that nobody made": ["unfounded session", create(1, B), read(2, A, {})],
    "there is a session before it was made": ["unfounded session", read(1, A, {}), create(2, A)],
    "there is a session that was refused": [
      "unfounded session",
      call(1, "create", [recordOf(A), 10], { status: "limit-reached" }),
      list(2, A),
    ],
    "a new handle is taken, since its create ran twice": [
      "unfounded session",
      call(1, "create", [recordOf(A), 10], { status: "exists" }),
    ],
    "a session has expired, and is there": ["outlived", create(1, A), read(2, A, {}, 1_000)],
    "more are listed than there may be": [
      "limit",
      create(1, A),
      create(2, B),
      unknownCreate(3, C),
      list(4, A, B, C),
    ],
    "more lived on beside a new one than there may be": [
      "overfull",
      create(1, A),
      create(2, B),
      create(3, C),
      read(4, A, {}),
      read(5, B, {}),
    ],
    "one was refused where there was room": [
      "needless",
      create(1, A),
      create(2, B),
      remove(3, A, "deleted"),
      call(4, "create", [recordOf(C), 10, { limit }], { status: "limit-reached" }),
    ],
    "one was evicted where there was room": ["needless", create(1, A), create(2, B, [A])],
    "a login was refused that nobody revoked": [
      "needless",
      removeAll(1, [], 4),
      call(2, "create", [recordOf(A), 10], { status: "revoked" }),
    ],
  };

  test.each(Object.entries(cases))("%s", (_, [rule, ...history]) => {
    expect(rulesBroken(history)).toContain(rule);
  });
});

describe("it breaks no rule that", () => {
  const cases: Record<string, readonly Entry[]> = {
    "a write is seen before it is acknowledged, and not yet by a read that began earlier": [
      create(1, A),
      set([2, 6], A, { x: "1" }, 2),
      read([3, 8], A, {}),
      read([4, 5], A, { version: 2, ...x("1") }),
    ],
    "of two writes that overlapped either is there": [
      create(1, A),
      set([2, 4], A, { x: "1" }, 2),
      set([3, 5], A, { x: "2" }, 3),
      read(6, A, { version: 3, ...x("1") }),
    ],
    "a write of unknown fate takes effect late": [
      create(1, A),
      set(2, A, { x: "1" }),
      set(3, A, { x: "2" }, 2),
      read(4, A, { version: 2, ...x("2") }),
      read(5, A, { version: 3, ...x("1") }),
    ],
    "a count of unknown fate is there, or not": [
      create(1, A),
      set(2, A, { counter: "1" }),
      read(3, A, {}),
      read(4, A, { version: 2, data: { counter: "1" } }),
    ],
    "a create of unknown fate is there, or not, and then is": [
      unknownCreate(1, A),
      read(2, A, null),
      read(3, A, {}),
    ],
    "a delete of unknown fate takes effect late": [
      create(1, A),
      remove(2, A),
      read(3, A, {}),
      read(4, A, null),
    ],
    "a revocation of all, of unknown fate, takes all": [
      create(1, A),
      create(2, B),
      removeAll(3, undefined),
      list(4),
    ],
    "a create of unknown fate takes one": [
      create(1, A),
      create(2, B),
      unknownCreate(3, C),
      list(4, B),
    ],
    "a revocation of all spares one": [
      create(1, A),
      create(2, B),
      removeAll(3, [B], 20, A),
      list(4, A),
    ],
    "a later login is let in": [
      create(1, A),
      removeAll(2, [A]),
      create(3, B, [], { authenticatedAt: 21 }),
      list(4, B),
    ],
    "a session that overlapped with a revocation of all is there": [
      removeAll([1, 4], [], 4),
      create([2, 3], A),
      read(5, A, {}),
    ],
    "a session expires, unless it is touched": [
      create(1, A),
      create(2, B),
      call(3, "update", [B, { touch: { lastSeenAt: 900, idleExpiresAt: 1_900 } }, 900], {
        status: "updated",
        version: 1,
        renewed: true,
      }),
      read(4, A, null, 1_000),
      read(5, B, { lastSeenAt: 900 }, 1_000),
    ],
    "a list that was cut short does not name all": [
      create(1, A),
      create(2, B),
      call(3, "list", [partition, 20, { limit: 1 }], [recordOf(A)]),
    ],
    "a full house refuses": [
      create(1, A),
      create(2, B),
      call(3, "create", [recordOf(C), 10, { limit }], { status: "limit-reached" }),
    ],
  };

  test.each(Object.entries(cases))("%s", (_, history) => {
    expect(violations(history).map(({ text }) => text)).toEqual([]);
  });
});

function rulesBroken(history: readonly Entry[]): Rule[] {
  return [...new Set(violations(history).map(({ rule }) => rule))];
}
