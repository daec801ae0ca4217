import { NOT_BEFORE_KEPT } from "@sojourn/core";
import { same } from "../../store/assert.ts";
import {
  DAY,
  handle,
  handlesIn,
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
  recordState,
  ref,
  type Replicable,
  sameStates,
  stamp,
  stateAt,
  tombstone,
} from "./states.ts";

export const applyCases: readonly PowerCase<Replicable>[] = [
  {
    title: "replica: a record that is applied is there as it was where it comes from",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const states = [
        recordState(partition, NOW - 7, {
          handle: handle("a"),
          userId: "\u00e9 \u0000",
          version: 9,
          data: { "": "[]", ["__proto__"]: "{}", "a:b": "1.0", "\u{1f9e6}": '"\u2028"' },
          facts: "facts",
          persistent: true,
        }),
        recordState(partition, 3, {
          handle: handle("b"),
          userId: null,
          authenticatedAt: null,
          lastSeenAt: null,
        }),
      ];
      same(await replica.apply(states, NOW), 2, "how many changed something");
      const records = states.map(({ record }) => record);
      for (const record of records) same(await power.read(record, NOW), record, "what is read");
      same(await power.list(partition, NOW, { withData: true }), records, "what is listed");
      const handles = records.map((record) => record.handle);
      sameStates(await replica.states(partition, handles, NOW), states, "the states");
    },
  },
  {
    title: "replica: what was applied counts and expires as what was created",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const [old, other] = [handle("old"), handle("other")];
      const seen = { lastSeenAt: NOW - MINUTE };
      const states = [
        recordState(partition, NOW, { handle: old, ...seen }),
        recordState(partition, NOW, { handle: other, idleExpiresAt: NOW + MINUTE }),
      ];
      await replica.apply(states, NOW);
      const limit = { max: 2, onLimit: "evict-least-recent" } as const;
      const created = await power.create(newRecord(partition), NOW, { limit });
      same(created, { status: "created", evicted: [old] }, "a create that is one too many");
      same(await power.read({ partition, handle: other }, NOW + MINUTE), null, "one that expired");
    },
  },
  {
    title: "replica: the newer of two states stands, whichever comes first",
    async run({ power }) {
      for (const newFirst of [true, false]) {
        const partition = newPartition();
        const { replica } = power.powers;
        const old = recordState(partition, NOW + 1, { data: { a: "1", b: "1" } });
        const touched = { lastSeenAt: NOW - MINUTE, idleExpiresAt: NOW + MINUTE };
        const newer = recordState(partition, NOW + 2, { data: { b: "2" }, ...touched });
        const states = newFirst ? [newer, old] : [old, newer];
        const changed = [];
        for (const state of states) changed.push(await replica.apply([state], NOW));
        same(changed, newFirst ? [1, 0] : [1, 1], "how many changed something");
        same(await power.read(newer.record, NOW), newer.record, "what is read");
        same(await stateAt(power, newer.record), newer, "the state");
      }
    },
  },
  {
    title: "invariant 2: a tombstone stands over every record of its handle, whichever comes first",
    async run({ power }) {
      const { replica } = power.powers;
      for (const [before, after] of [
        [NOW - 1, NOW - 2],
        [NOW, NOW + DAY],
      ] as const) {
        const partition = newPartition();
        const buried = tombstone(ref(partition, "one"));
        await replica.apply([recordState(partition, before)], NOW);
        same(await replica.apply([buried], NOW), 1, "a tombstone after a record");
        same(await replica.apply([recordState(partition, after)], NOW), 0, "a record after it");
        const elsewhere = ref(partition, "two");
        await replica.apply([tombstone(elsewhere)], NOW);
        const late = recordState(partition, after, { handle: elsewhere.handle });
        same(await replica.apply([late], NOW + MINUTE), 0, "a record that was not there yet");
        same(await handlesIn(power, partition), [], "what is live");
        same(await power.read(late.record, NOW), null, "what is read");
        same(await stateAt(power, buried.ref), buried, "the state");
      }
    },
  },
  {
    title: "invariant 2: a session that was ended here is not brought back by what it was before",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const ways = ["deleted", "replaced", "evicted", "one of all"];
      for (const name of ways) await put(power, newRecord(partition, { handle: handle(name) }));
      const before = await replica.states(partition, ways.map(handle), NOW);
      await power.delete(ref(partition, "deleted"));
      const replaces = handle("replaced");
      await put(power, newRecord(partition, { handle: handle("new") }), NOW + 1, { replaces });
      const lastSeenAt = NOW + 1;
      const touch = { lastSeenAt, idleExpiresAt: NOW + HOUR };
      await power.update(ref(partition, "one of all"), { touch }, NOW + 1);
      const limit = { max: 3, onLimit: "evict-least-recent" } as const;
      const newest = newRecord(partition, { handle: handle("newest"), lastSeenAt });
      await put(power, newest, NOW + 1, { limit });
      await power.deleteAll(partition, NOW + 2);
      for (const now of [NOW + 2, NOW + HOUR - 1]) {
        same(await replica.apply(before, now), 0, "how many changed something");
        same(await handlesIn(power, partition, now), [], "what is live");
      }
    },
  },
  {
    title: "invariant 2: a tombstone is kept until the later of the deadlines it met",
    async run({ power }) {
      const { replica } = power.powers;
      for (const order of ["012", "021", "102", "120", "201", "210"]) {
        for (const latest of [0, 1, 2]) {
          const partition = newPartition();
          const one = ref(partition, "one");
          const expiresAt = (i: number) => NOW + (i === latest ? 3 : 2) * DAY - i;
          const states = [
            tombstone(one, expiresAt(0)),
            recordState(partition, NOW, { expiresAt: expiresAt(1) }),
            tombstone(one, expiresAt(2)),
          ];
          const inOrder = [...order].map((i) => states[Number(i)] as (typeof states)[0]);
          for (const state of inOrder) await replica.apply([state], NOW);
          same(await stateAt(power, one), tombstone(one, expiresAt(latest)), "the tombstone");
        }
      }
    },
  },
  {
    title: "invariant 2: a login from before a stamp that was applied is refused",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const login = (authenticatedAt: number, name: string) =>
        power.create(newRecord(partition, { authenticatedAt, handle: handle(name) }), NOW + 1);
      same(await replica.apply([stamp(partition, NOW - 10)], NOW), 1, "the first stamp");
      same(await login(NOW - 10, "early"), { status: "revoked" }, "a login at the stamp");
      same((await login(NOW - 9, "late")).status, "created", "a login after the stamp");
      same(await replica.apply([stamp(partition, NOW - 20)], NOW), 0, "an earlier stamp");
      same(await login(NOW - 15, "between"), { status: "revoked" }, "a login between the two");
      same(await replica.apply([stamp(partition, NOW)], NOW), 1, "a later stamp");
      const end = NOW + NOT_BEFORE_KEPT - 1;
      const outcome = await power.create(newRecord(partition, { authenticatedAt: NOW }), end);
      same(outcome, { status: "revoked" }, "a login that is stored 10 minutes late");
      same(await handlesIn(power, partition), [handle("late")], "what is live");
    },
  },
  {
    title: "invariant 2: stamps come from deleteAll and from elsewhere, and the latest stands",
    async run({ power }) {
      const { replica } = power.powers;
      for (const [applied, given] of [
        [NOW - 5, NOW],
        [NOW, NOW - 5],
      ] as const) {
        const partition = newPartition();
        await power.deleteAll(partition, given);
        await replica.apply([stamp(partition, applied)], NOW);
        await power.deleteAll(partition, given);
        same(await replica.states(partition, [], NOW), [stamp(partition, NOW)], "the stamp");
      }
    },
  },
  {
    title: "invariant 4: a record that is past a deadline is not taken",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const states = [
        recordState(partition, NOW, { handle: handle("idle"), idleExpiresAt: NOW }),
        recordState(partition, NOW, { handle: handle("absolute"), expiresAt: NOW }),
      ];
      same(await replica.apply(states, NOW), 0, "how many changed something");
      const handles = states.map(({ record }) => record.handle);
      same(await replica.states(partition, handles, NOW - 1), [], "what was left");
    },
  },
  {
    title: "invariant 4: an expired record is not brought back by an older one that lasts longer",
    async run({ power }) {
      const partition = newPartition();
      const { replica } = power.powers;
      const older = recordState(partition, NOW + 1);
      const newer = recordState(partition, NOW + 2, { idleExpiresAt: NOW + MINUTE });
      await replica.apply([newer], NOW);
      same(await replica.apply([older], NOW + MINUTE), 0, "how many changed something");
      same(await power.read(older.record, NOW + MINUTE), null, "what is read");
    },
  },
  {
    title: "replica: what was applied and is applied again, in any company, changes nothing",
    async run({ power }) {
      const [first, second] = [newPartition(), newPartition()];
      const { replica } = power.powers;
      const states = [
        recordState(first, NOW),
        tombstone(ref(first, "two")),
        stamp(first, NOW),
        recordState(second, NOW, { data: { a: "1" } }),
        recordState(second, NOW + 1, { data: { b: "1" } }),
      ];
      same(await replica.apply([], NOW), 0, "nothing");
      same(await replica.apply([...states, ...states], NOW), 5, "all, twice");
      same(await replica.apply(states.toReversed(), NOW), 0, "all again");
      const another = tombstone(ref(second, "two"));
      same(await replica.apply([...states, another], NOW), 1, "all again, and one more");
    },
  },
  {
    title: "replica: of 100 states that arrive at once the newest stands",
    async run({ power, peer }) {
      const partition = newPartition();
      const order = Array.from({ length: 100 }, (_, i) => (i * 37) % 100);
      await together(100, (i) => {
        const n = order[i] as number;
        const state = recordState(partition, NOW + n, { data: { [`key ${n}`]: String(n) } });
        return (i % 2 === 0 ? power : peer).powers.replica.apply([state], NOW);
      });
      const { record } = recordState(partition, 0, { data: { "key 99": "99" } });
      same(await power.read(record, NOW), record, "the record");
    },
  },
  {
    title: "invariant 2: of 100 states that arrive at once a tombstone among them stands",
    async run({ power, peer }) {
      for (let round = 0; round < 5; round++) {
        const partition = newPartition();
        const one = ref(partition, "one");
        await together(100, (i) => {
          const state = i === round * 20 ? tombstone(one) : recordState(partition, NOW + i);
          return (i % 2 === 0 ? power : peer).powers.replica.apply([state], NOW);
        });
        same(await power.read(one, NOW), null, "what is read");
        same((await stateAt(power, one))?.kind, "tombstone", "what is there");
      }
    },
  },
  {
    title: "invariant 3: a state from before an update, arriving beside it, does not undo it",
    async run({ power, peer }) {
      const record = await put(power, newRecord(newPartition()));
      const keys = await together(50, async (i) => `key ${i}`);
      const before = [];
      for (const key of keys) {
        const state = await stateAt(power, record);
        if (state !== null) before.push(state);
        await Promise.all([
          peer.powers.replica.apply(before.slice(-3), NOW),
          power.update(record, { set: { [key]: "1" } }, NOW),
        ]);
      }
      const { data = {} } = (await power.read(record, NOW)) ?? {};
      same(Object.keys(data).toSorted(), keys.toSorted(), "the keys that were set");
    },
  },
];
