import type { SessionRef } from "@sojourn/core";
import { check, same } from "../../store/assert.ts";
import { createRandom } from "../../store/random.ts";
import {
  DAY,
  handle,
  HOUR,
  MINUTE,
  newPartition,
  newRecord,
  NOW,
  put,
  together,
} from "../../store/records.ts";
import type { PowerCase } from "../contract.ts";
import {
  catchUp,
  checkCopied,
  follow,
  recordState,
  ref,
  type Replicable,
  sameStates,
  stamp,
  stateAt,
  tombstone,
} from "./states.ts";

/** Some of everything: live sessions, ended ones, stamps. Gives all their refs. */
async function fill(store: Replicable): Promise<readonly SessionRef[]> {
  const refs: SessionRef[] = [];
  for (let i = 0; i < 6; i++) {
    const partition = newPartition();
    const some = ["a", "b", "c"].map((name) => ref(partition, name));
    for (const one of some) await put(store, newRecord(partition, { ...one, data: { a: `${i}` } }));
    if (i % 3 === 1) await store.delete(some[1] as SessionRef);
    if (i % 3 === 2) await store.deleteAll(partition, NOW, { except: handle("c") });
    refs.push(...some);
  }
  return refs;
}

export const changesCases: readonly PowerCase<Replicable>[] = [
  {
    title: "replica: who follows from the beginning has a full copy, in steps of any size",
    async run({ power, another }) {
      const refs = await fill(power);
      for (const limit of [1, 4, 1_000]) {
        const copy = await another();
        await catchUp(power, copy, null, { limit });
        await checkCopied(power, copy, refs);
      }
    },
  },
  {
    title: "replica: who follows an empty store has nothing, and a cursor to go on from",
    async run({ power }) {
      const { changes, next } = await follow(power, null);
      same(changes, [], "the changes");
      const record = await put(power, newRecord(newPartition()));
      const expected = [{ kind: "record", record, revision: NOW } as const];
      sameStates((await follow(power, next)).changes, expected, "what came afterwards");
    },
  },
  {
    title: "replica: from a cursor on there is every kind of change",
    async run({ power, another }) {
      const copy = await another();
      const partition = newPartition();
      const [one, two] = [ref(partition, "one"), ref(partition, "two")];
      const refs = [one, two, ref(partition, "three"), ref(partition, "four")];
      let cursor = await catchUp(power, copy);
      async function checkFollowed(what: string, write: () => Promise<unknown>): Promise<void> {
        await write();
        const { changes, next } = await follow(power, cursor);
        check(changes.length > 0, `there is something to follow after ${what}`);
        await copy.powers.replica.apply(changes, NOW);
        await checkCopied(power, copy, refs);
        cursor = next;
      }
      await checkFollowed("a create", () => put(power, newRecord(partition, one)));
      await checkFollowed("a key set", () => power.update(one, { set: { a: "1" } }, NOW));
      await checkFollowed("a key unset", () => power.update(one, { unset: ["a"] }, NOW));
      const touch = { lastSeenAt: NOW + 1, idleExpiresAt: NOW + 2 * HOUR };
      await checkFollowed("a touch", () => power.update(one, { touch }, NOW + 1));
      const credential = { from: "credential 0", to: "credential 1" };
      await checkFollowed("a renewal", () => power.update(one, { credential }, NOW));
      const envelope = { facts: "facts" };
      await checkFollowed("another envelope", () => power.update(one, { envelope }, NOW));
      const replaces = { replaces: one.handle };
      await checkFollowed("a replacing", () =>
        power.create(newRecord(partition, two), NOW, replaces),
      );
      const limit = { limit: { max: 1, onLimit: "evict-least-recent" } } as const;
      const [, , three, four] = refs;
      await checkFollowed("an eviction", () =>
        power.create(newRecord(partition, three), NOW, limit),
      );
      await checkFollowed("a delete", () => power.delete(three as SessionRef));
      await checkFollowed("another create", () => put(power, newRecord(partition, four)));
      await checkFollowed("an end of all", () => power.deleteAll(partition, NOW));
      await checkFollowed("a stamp alone", () => power.deleteAll(partition, NOW + 1));
    },
  },
  {
    title: "replica: what was applied is passed on, so that a copy can be copied",
    async run({ power, another }) {
      const [copy, copyOfCopy] = [await another(), await another()];
      const cursor = await catchUp(copy, copyOfCopy);
      const refs = await fill(power);
      await catchUp(power, copy);
      await catchUp(copy, copyOfCopy, cursor);
      await checkCopied(power, copyOfCopy, refs);
    },
  },
  {
    title: "replica: stores that follow each other come to rest",
    async run({ power, another }) {
      const other = await another();
      const refs = [...(await fill(power)), ...(await fill(other))];
      let [here, there]: [string | null, string | null] = [null, null];
      for (let round = 0; round < 4; round++) {
        here = await catchUp(power, other, here);
        there = await catchUp(other, power, there);
      }
      await checkCopied(power, other, refs);
      const { changes } = await follow(power, here);
      check(changes.length < refs.length, "in the end there is nothing new to tell");
    },
  },
  {
    title: "replica: what is written while somebody follows is not missed",
    async run({ power, peer, another, seed }) {
      const copy = await another();
      const random = createRandom(seed);
      const refs: SessionRef[] = [];
      let cursor: string | null = null;
      let writing = true;
      async function write(i: number): Promise<void> {
        const store = i % 2 === 0 ? power : peer;
        const partition = newPartition();
        for (let n = 0; n < 15; n++) {
          const one = ref(partition, `${n}`);
          refs.push(one);
          await put(store, newRecord(partition, { ...one, data: { n: `${n}` } }));
          const before = ref(partition, `${random.below(n + 1)}`);
          if (n % 3 === 0) await store.delete(before);
          else await store.update(before, { set: { n: `${n}+` } }, NOW + n);
          if (n === 7) await store.deleteAll(partition, NOW - MINUTE);
        }
      }
      async function followAll(): Promise<void> {
        while (writing) {
          cursor = await catchUp(power, copy, cursor, { limit: 5 });
          await new Promise((resolve) => setTimeout(resolve));
        }
      }
      const following = followAll();
      await together(8, write).finally(() => (writing = false));
      await following;
      await catchUp(power, copy, cursor);
      await checkCopied(power, copy, refs);
    },
  },
  {
    title: "invariant 2: who was away while sessions were ended does not keep them",
    async run({ power, another }) {
      const copy = await another();
      const refs = await fill(power);
      const cursor = await catchUp(power, copy);
      const behind = await another();
      await catchUp(power, behind);
      for (const one of refs) await power.delete(one);
      await catchUp(power, copy, cursor);
      await catchUp(power, behind, null);
      for (const store of [copy, behind]) {
        for (const one of refs) same(await store.read(one, NOW), null, "what is read");
        await checkCopied(power, store, refs, NOW + DAY / 2);
      }
    },
  },
  {
    title: "replica: what comes late is compared with what is there, not with what came before it",
    async run({ power, another }) {
      const copy = await another();
      const partition = newPartition();
      const one = ref(partition, "one");
      await put(power, newRecord(partition, one));
      const { changes, next } = await follow(power, null);
      await power.update(one, { set: { a: "1" } }, NOW);
      await catchUp(power, copy, next);
      await copy.powers.replica.apply(changes, NOW);
      await checkCopied(power, copy, [one]);
      await power.delete(one);
      await catchUp(power, copy, next);
      await copy.powers.replica.apply(changes, NOW);
      same(await copy.read(one, NOW), null, "what was deleted");
      same(await stateAt(copy, one), tombstone(one), "what is there of it");
    },
  },
  {
    title: "replica: a cursor that is not from here is too old, and the beginning never is",
    async run({ power, another }) {
      const other = await another();
      await fill(other);
      for (let i = 0; i < 2; i++) await fill(power);
      const { next } = await follow(other, null);
      for (const cursor of [next, "", "0", "null", "nonsense", `${next}0`, "x".repeat(512)]) {
        const outcome = await power.powers.replica.changesSince(cursor, 10, NOW);
        same(outcome, { status: "too-old" }, `the outcome with ${cursor.slice(0, 40)}`);
      }
      const refs = await fill(power);
      const copy = await another();
      await catchUp(power, copy, null);
      await checkCopied(power, copy, refs);
    },
  },
  {
    title: "replica: an expired session is not told of",
    async run({ power }) {
      const partition = newPartition();
      await put(power, newRecord(partition, { idleExpiresAt: NOW + MINUTE }));
      const lasting = recordState(partition, NOW, { handle: handle("two") });
      await power.powers.replica.apply([lasting, stamp(partition, NOW)], NOW);
      const { changes } = await follow(power, null, { now: NOW + MINUTE });
      sameStates(changes, [lasting, stamp(partition, NOW)], "the changes");
    },
  },
];
