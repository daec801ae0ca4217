import type { SessionChange } from "@sojourn/core";
import { same } from "../../store/assert.ts";
import {
  DAY,
  handle,
  HOUR,
  MINUTE,
  newPartition,
  newRecord,
  NOW,
  put,
} from "../../store/records.ts";
import type { PowerCase } from "../contract.ts";
import {
  recordState,
  ref,
  type Replicable,
  revisionAt,
  sameStates,
  stamp,
  stateAt,
  tombstone,
} from "./states.ts";

/** One of each kind of change that counts as a write. */
const WRITES: Readonly<Record<string, SessionChange>> = {
  "a key set": { set: { a: "1" } },
  "a key unset": { unset: ["a"] },
  "a touch": { touch: { lastSeenAt: NOW + 1, idleExpiresAt: NOW + HOUR + 1 } },
  "a renewal": { credential: { from: "credential 0", to: "credential 1" } },
  "a field of the envelope": { envelope: { facts: "facts" } },
};

export const revisionCases: readonly PowerCase<Replicable>[] = [
  {
    title: "replica: the state of a session is its record, with its data, and a revision",
    async run({ power }) {
      const partition = newPartition();
      const record = await put(power, newRecord(partition, { data: { a: "[1, 2]", b: "{}" } }));
      const other = await put(power, newRecord(partition, { handle: handle("two") }));
      const { replica } = power.powers;
      const one = { kind: "record", record, revision: NOW } as const;
      const two = { kind: "record", record: other, revision: NOW } as const;
      const absent = handle("absent");
      sameStates(await replica.states(partition, [record.handle, absent], NOW), [one], "one");
      const all = await replica.states(partition, [other.handle, record.handle], NOW);
      sameStates(all, [one, two], "both");
      same(await replica.states(partition, [], NOW), [], "none");
      same(await replica.states(newPartition(), [record.handle], NOW), [], "another partition");
      const expired = await replica.states(partition, [record.handle], NOW + HOUR);
      same(expired, [], "what has expired");
    },
  },
  {
    title: "replica: a revision grows with every write, and goes with the time",
    async run({ power }) {
      const record = await put(power, newRecord(newPartition()));
      let revision = await revisionAt(power, record);
      same(revision, NOW, "the revision of a new record");
      for (const now of [NOW, NOW, NOW + 2 * MINUTE, NOW + MINUTE]) {
        // Each undoes what the last of its kind did, so that all change something.
        const held = await power.read(record, now);
        const renewal = { from: held?.credential ?? "", to: `${held?.credential}+` };
        const idleExpiresAt = (held?.idleExpiresAt ?? 0) + 1;
        const touch = { lastSeenAt: (held?.lastSeenAt ?? 0) + 1, idleExpiresAt };
        const envelope = { facts: `${held?.facts}+` };
        const writes = { ...WRITES, "a touch": { touch }, "a renewal": { credential: renewal } };
        const all = { ...writes, "a field of the envelope": { envelope } };
        for (const [what, change] of Object.entries(all)) {
          await power.update(record, change, now);
          const expected = Math.max(revision + 1, now);
          revision = await revisionAt(power, record);
          same(revision, expected, `the revision after ${what}`);
        }
      }
    },
  },
  {
    title: "replica: what changes nothing leaves the revision",
    async run({ power }) {
      const partition = newPartition();
      const record = await put(power, newRecord(partition, { data: { a: "1" } }));
      const later = NOW + MINUTE;
      const set = { set: { a: "2" } };
      await power.read(record, later);
      await power.list(partition, later);
      await power.update(record, set, later, { ifVersion: 7 });
      await power.update(record, { ...set, expect: { a: null } }, later);
      await power.update(record, set, later, { maxBytes: 1 });
      await power.create(newRecord(partition), later);
      await power.delete(record, { ifVersion: 7 });
      await power.deleteAll(partition, later, { except: record.handle });
      same(await revisionAt(power, record), NOW, "the revision");
    },
  },
  {
    title: "invariant 2: whatever way a session is ended, a tombstone tells of it",
    async run({ power }) {
      const partition = newPartition();
      const deadline = { expiresAt: NOW + 2 * DAY };
      const ended: string[] = [];
      async function live(name: string, options = {}): Promise<void> {
        const record = newRecord(partition, { handle: handle(name), ...deadline });
        await put(power, record, NOW, options);
      }
      await live("deleted");
      await power.delete(ref(partition, "deleted"));
      await live("replaced");
      await live("evicted", { replaces: handle("replaced") });
      const max = { max: 1, onLimit: "evict-least-recent" } as const;
      await live("one of all", { limit: max });
      ended.push("deleted", "replaced", "evicted", "one of all");
      await power.deleteAll(partition, NOW - MINUTE);
      const { replica } = power.powers;
      const states = await replica.states(partition, ended.map(handle), NOW);
      const expected = ended.map((name) => tombstone(ref(partition, name), deadline.expiresAt));
      const notBefore = stamp(partition, NOW - MINUTE);
      sameStates(states, [...expected, notBefore], "what tells of them");
      const last = await replica.states(partition, ended.map(handle), NOW + 2 * DAY - 1);
      sameStates(
        last.filter(({ kind }) => kind === "tombstone"),
        expected,
        "one ms before the deadline",
      );
    },
  },
  {
    title: "replica: of what was not there, or was spared, there is no tombstone",
    async run({ power }) {
      const partition = newPartition();
      const record = await put(power, newRecord(partition));
      await power.delete(record, { ifVersion: 7 });
      await power.delete(ref(partition, "absent"));
      await power.deleteAll(partition, NOW, { except: record.handle });
      const handles = [record.handle, handle("absent")];
      const states = await power.powers.replica.states(partition, handles, NOW);
      const live = { kind: "record", record, revision: NOW } as const;
      sameStates(states, [live, stamp(partition, NOW)], "what is there");
    },
  },
  {
    title: "replica: to the seven operations a tombstone is as good as absent",
    async run({ power }) {
      const partition = newPartition();
      const record = await put(power, newRecord(partition));
      await power.delete(record);
      const applied = ref(partition, "applied");
      await power.powers.replica.apply([tombstone(applied)], NOW);
      for (const gone of [record, applied]) {
        same(await power.read(gone, NOW), null, "read");
        same(await power.update(gone, WRITES["a touch"] ?? {}, NOW), { status: "gone" }, "update");
        same(await power.delete(gone), "gone", "delete");
      }
      same(await power.list(partition, NOW), [], "list");
      const limit = { max: 1, onLimit: "refuse" } as const;
      await put(power, newRecord(partition, { handle: handle("new") }), NOW, { limit });
      same(await power.deleteAll(partition, NOW), [handle("new")], "deleteAll");
      const swept = await power.sweep(NOW + 3 * DAY, 100);
      same(
        swept.filter((one) => one.partition === partition),
        [],
        "what is swept long after",
      );
    },
  },
  {
    title: "replica: a write after a state was applied is newer than that",
    async run({ power }) {
      const partition = newPartition();
      const ahead = recordState(partition, NOW + DAY, { version: 7 });
      await power.powers.replica.apply([ahead], NOW);
      const outcome = await power.update(ahead.record, { set: { a: "1" } }, NOW);
      same(outcome, { status: "updated", version: 8, renewed: true }, "the update");
      same(await revisionAt(power, ahead.record), NOW + DAY + 1, "the revision");
      same(await power.powers.replica.apply([ahead], NOW), 0, "the state before, applied again");
      same((await power.read(ahead.record, NOW))?.data, { a: "1" }, "the data");
      await power.delete(ahead.record);
      const expected = tombstone(ahead.record);
      same(await stateAt(power, ahead.record), expected, "what is there once it is deleted");
    },
  },
];
