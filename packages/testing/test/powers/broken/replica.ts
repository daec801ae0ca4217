import type { ReplicaState, ReplicaTarget, SessionRecord, Store } from "@sojourn/core";
import type { PowerFactory, Replicable } from "@sojourn/testing/suites";
import { isLive } from "../../../src/store/oracle.ts";
import { createBackend } from "../plain/powers.ts";
import { nameOf, PlainReplica, plainReplica } from "../plain/replica.ts";
import { type BrokenPower, FAILURES, otherwise, pause } from "./broken.ts";

interface Parts {
  /** What the store does all it does with: a defect may replace its methods. */
  readonly plain: PlainReplica;
  readonly right: Replicable;
}

type Broken = Partial<Store & ReplicaTarget>;

function factoryOf(make: (parts: Parts) => Broken): PowerFactory<Replicable> {
  return async () => {
    const backend = createBackend();
    const plain = new PlainReplica();
    const right = plainReplica(backend.reach, plain);
    const { states, apply, changesSince, ...seven } = make({ plain, right });
    const replica = {
      ...right.powers.replica,
      ...(states && { states }),
      ...(apply && { apply }),
      ...(changesSince && { changesSince }),
    };
    return { ...backend, power: { ...right, ...seven, powers: { replica } } };
  };
}

export const rightReplica: PowerFactory<Replicable> = factoryOf(() => ({}));

function broken(
  defect: string,
  rejectedBy: string,
  make: (parts: Parts) => Broken,
): BrokenPower<Replicable> {
  return { defect, rejectedBy, factory: factoryOf(make) };
}

/** Its defect is in the methods of what is behind it. */
function altered(
  defect: string,
  rejectedBy: string,
  make: (plain: PlainReplica) => Partial<PlainReplica>,
): BrokenPower<Replicable> {
  return broken(defect, rejectedBy, ({ plain }) => {
    Object.assign(plain, make(bound(plain)));
    return {};
  });
}

/** Its methods as they were before they were replaced. */
function bound(plain: PlainReplica): PlainReplica {
  return Object.assign(Object.create(plain), {
    wrote: plain.wrote.bind(plain),
    stamp: plain.stamp.bind(plain),
    stateAt: plain.stateAt.bind(plain),
    states: plain.states.bind(plain),
    take: plain.take.bind(plain),
    changesSince: plain.changesSince.bind(plain),
  });
}

/** Its defect is in what its states say. */
function telling(
  defect: string,
  rejectedBy: string,
  tell: (state: ReplicaState) => ReplicaState | null,
): BrokenPower<Replicable> {
  return altered(defect, rejectedBy, (plain) => ({
    states: (...args) =>
      plain
        .states(...args)
        .map(tell)
        .filter((state) => state !== null),
  }));
}

/** Its followers are told of records alone. */
function concealing(rejectedBy: string): BrokenPower<Replicable> {
  return broken("tells followers of records alone", rejectedBy, ({ right }) => ({
    async changesSince(...args) {
      const outcome = await right.powers.replica.changesSince(...args);
      if (outcome.status === "too-old") return outcome;
      return { ...outcome, changes: outcome.changes.filter(({ kind }) => kind === "record") };
    },
  }));
}

/** After what `forgets` says, there are no tombstones of what went by it. */
function forgetting(
  way: "delete" | "deleteAll" | "replaces" | "limit",
  rejectedBy: string,
): BrokenPower<Replicable> {
  const what = { delete: "a delete", deleteAll: "an end of all" } as const;
  const name = way === "delete" || way === "deleteAll" ? what[way] : `what went by ${way}`;
  return broken(`leaves no tombstone after ${name}`, rejectedBy, ({ plain, right }) => {
    async function without<T>(applies: boolean, operation: () => Promise<T>): Promise<T> {
      const before = new Map(plain.tombstones);
      const outcome = await operation();
      if (applies) {
        for (const one of plain.tombstones.keys()) {
          if (!before.has(one)) plain.tombstones.delete(one);
        }
      }
      return outcome;
    }
    return {
      delete: (...args) => without(way === "delete", () => right.delete(...args)),
      deleteAll: (...args) => without(way === "deleteAll", () => right.deleteAll(...args)),
      create(record, now, options = {}) {
        const applies = (way === "replaces" || way === "limit") && options[way] !== undefined;
        return without(applies, () => right.create(record, now, options));
      },
    };
  });
}

/** Between what it finds and what it does with a state there is a moment. */
function slowly(rejectedBy: string): BrokenPower<Replicable> {
  return broken("compares, and a moment later writes", rejectedBy, ({ plain }) => ({
    async apply(states, now) {
      let changed = 0;
      for (const state of states) {
        if (state.kind !== "record") {
          changed += plain.take(state, now) ? 1 : 0;
          continue;
        }
        const there = plain.stateAt(state.record, now);
        const newer =
          there === null || (there.kind === "record" && there.revision < state.revision);
        await pause();
        if (newer) force(plain, state.record, state.revision);
        changed += newer ? 1 : 0;
      }
      return changed;
    },
  }));
}

function force(plain: PlainReplica, record: SessionRecord, revision: number): void {
  plain.tombstones.delete(nameOf(record));
  plain.oracle.put(record);
  plain.revisions.set(nameOf(record), revision);
  plain.log.push({ partition: record.partition, handle: record.handle });
}

const STATE = "replica: the state of a session is its record";
const GROWS = "replica: a revision grows with every write";
const ENDED = "invariant 2: whatever way a session is ended";
const ABSENT = "replica: to the seven operations a tombstone";
const THERE = "replica: a record that is applied is there";
const COUNTS = "replica: what was applied counts and expires";
const NEWER = "replica: the newer of two states stands";
const STANDS = "invariant 2: a tombstone stands over every record";
const BACK = "invariant 2: a session that was ended here";
const LATER = "invariant 2: a tombstone is kept until the later";
const STAMP = "invariant 2: a login from before a stamp";
const EXPIRED = "invariant 4: an expired record is not brought back";
const AGAIN = "replica: what was applied and is applied again";
const COPY = "replica: who follows from the beginning";
const KINDS = "replica: from a cursor on there is every kind";
const AWAY = "invariant 2: who was away while sessions were ended";
const CURSOR = "replica: a cursor that is not from here";

/** Whether a change is of this field of the record, and nothing else. */
function movesOnly(field: "lastSeenAt" | "credential") {
  return (plain: PlainReplica): Partial<PlainReplica> => {
    const seen = new Map<string, string>();
    return {
      wrote(record, now) {
        const { idleExpiresAt: _idle, [field]: _moved, ...rest } = record;
        const [name, text] = [nameOf(record), JSON.stringify(rest)];
        if (seen.get(name) !== text) plain.wrote(record, now);
        seen.set(name, text);
      },
    };
  };
}

export const brokenReplicas: readonly BrokenPower<Replicable>[] = [
  telling("tells of records without their data", STATE, (state) =>
    state.kind === "record" ? { ...state, record: { ...state.record, data: {} } } : state,
  ),
  altered("tells of what has expired", STATE, (plain) => ({
    stateAt: (ref) => plain.stateAt(ref, -Infinity),
  })),
  altered("looks at the first handle alone", STATE, (plain) => ({
    states: (partition, [first], now) => plain.states(partition, first ? [first] : [], now),
  })),
  altered("leaves the revision at a touch", GROWS, movesOnly("lastSeenAt")),
  altered("leaves the revision at a renewal", GROWS, movesOnly("credential")),
  altered("counts revisions", GROWS, (plain) => ({
    wrote: (record) => plain.wrote(record, 0),
  })),
  altered("takes the time for the revision", GROWS, (plain) => ({
    wrote(record, now) {
      plain.wrote(record, now);
      plain.revisions.set(nameOf(record), now);
    },
  })),
  broken(
    "counts a refused update",
    "replica: what changes nothing leaves the revision",
    ({ plain, right }) => ({
      async update(ref, change, now, options) {
        const outcome = await right.update(ref, change, now, options);
        const name = nameOf(ref);
        if (outcome.status !== "updated") plain.revisions.set(name, now);
        return outcome;
      },
    }),
  ),
  forgetting("delete", ENDED),
  forgetting("deleteAll", ENDED),
  forgetting("replaces", ENDED),
  forgetting("limit", ENDED),
  telling("forgets a tombstone a ms too early", ENDED, (state) =>
    state.kind === "tombstone" ? { ...state, expiresAt: state.expiresAt - 1 } : state,
  ),
  telling("tells of no stamps", ENDED, (state) => (state.kind === "not-before" ? null : state)),
  broken(
    "leaves a tombstone where nothing was",
    "replica: of what was not there",
    ({ plain, right }) => ({
      async delete(ref, options) {
        const outcome = await right.delete(ref, options);
        if (outcome === "gone") plain.tombstones.set(nameOf(ref), Infinity);
        return outcome;
      },
    }),
  ),
  broken(
    "leaves a tombstone of what was spared",
    "replica: of what was not there",
    ({ plain, right }) => ({
      async deleteAll(partition, now, options) {
        const handle = options?.except;
        if (handle !== undefined) plain.tombstones.set(nameOf({ partition, handle }), Infinity);
        return right.deleteAll(partition, now, options);
      },
    }),
  ),
  broken("deletes what is buried once more", ABSENT, ({ plain, right }) => ({
    async delete(ref, options) {
      return plain.tombstones.has(nameOf(ref)) ? "deleted" : right.delete(ref, options);
    },
  })),
  broken("counts what is buried", ABSENT, ({ plain, right }) => ({
    async create(record, now, options) {
      const { partition } = record;
      const buried = [...plain.tombstones.keys()].filter((name) => name.startsWith(partition));
      const max = options?.limit?.max ?? Infinity;
      if (buried.length >= max) return { status: "limit-reached" };
      return right.create(record, now, options);
    },
  })),
  broken("ends what is buried once more", ABSENT, ({ plain, right }) => ({
    async deleteAll(partition, now, options) {
      const buried = [...plain.tombstones.keys()].filter((name) => name.startsWith(partition));
      const went = await right.deleteAll(partition, now, options);
      return [...went, ...buried.map((name) => name.slice(partition.length + 1))];
    },
  })),
  broken(
    "gives a write the time, though what was applied is from later",
    "replica: a write after a state was applied",
    ({ plain, right }) => ({
      async update(ref, change, now, options) {
        const outcome = await right.update(ref, change, now, options);
        plain.revisions.set(nameOf(ref), now);
        return outcome;
      },
    }),
  ),
  altered("begins to count versions again", THERE, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      return plain.take({ ...state, record: { ...state.record, version: 1 } }, now);
    },
  })),
  altered("applies without data", THERE, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      return plain.take({ ...state, record: { ...state.record, data: {} } }, now);
    },
  })),
  altered("gives what it applies a revision of its own", THERE, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      return plain.take({ ...state, revision: now }, now);
    },
  })),
  broken("does not count what was applied", COUNTS, ({ plain, right }) => {
    const applied = new Set<string>();
    return {
      async apply(states, now) {
        for (const state of states) if (state.kind === "record") applied.add(nameOf(state.record));
        return right.powers.replica.apply(states, now);
      },
      async create(record, now, { limit, ...options } = {}) {
        const more = plain.oracle.list(record.partition, now).filter((r) => applied.has(nameOf(r)));
        if (limit === undefined) return right.create(record, now, options);
        const max = limit.max + more.length;
        return right.create(record, now, { ...options, limit: { ...limit, max } });
      },
    };
  }),
  altered("never lets expire what was applied", COUNTS, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      return plain.take({ ...state, record: { ...state.record, idleExpiresAt: Infinity } }, now);
    },
  })),
  altered("takes what comes last", NEWER, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      force(plain, state.record, state.revision);
      return true;
    },
  })),
  altered("takes an older state where the newer one has expired", EXPIRED, (plain) => ({
    take(state, now) {
      if (state.kind !== "record" || plain.stateAt(state.record, now) !== null) {
        return plain.take(state, now);
      }
      force(plain, state.record, state.revision);
      return true;
    },
  })),
  altered("keeps what came first", NEWER, (plain) => ({
    take(state, now) {
      if (state.kind === "record" && plain.stateAt(state.record, now) !== null) return false;
      return plain.take(state, now);
    },
  })),
  altered("mixes old data with new", NEWER, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      const data = { ...plain.oracle.read(state.record, now)?.data, ...state.record.data };
      return plain.take({ ...state, record: { ...state.record, data } }, now);
    },
  })),
  broken("says that all changed something", NEWER, ({ right }) => ({
    async apply(states, now) {
      await right.powers.replica.apply(states, now);
      return states.length;
    },
  })),
  altered("takes a record over a tombstone that is older", STANDS, (plain) => ({
    take(state, now) {
      if (state.kind === "record" && state.revision > now) {
        plain.tombstones.delete(nameOf(state.record));
      }
      return plain.take(state, now);
    },
  })),
  altered("keeps no tombstone of what it does not have", STANDS, (plain) => ({
    take(state, now) {
      if (state.kind === "tombstone" && plain.stateAt(state.ref, now) === null) return false;
      return plain.take(state, now);
    },
  })),
  altered("deletes, and keeps no tombstone", STANDS, (plain) => ({
    take(state, now) {
      const changed = plain.take(state, now);
      if (state.kind === "tombstone") plain.tombstones.delete(nameOf(state.ref));
      return changed;
    },
  })),
  forgetting("delete", BACK),
  forgetting("limit", BACK),
  altered("forgets its tombstones after a minute", BACK, (plain) => {
    let last = 0;
    return {
      take(state, now) {
        if (last > 0 && now > last + 60_000) plain.tombstones.clear();
        last = now;
        return plain.take(state, now);
      },
    };
  }),
  altered("keeps a tombstone for as long as the first said", LATER, (plain) => ({
    take(state, now) {
      const there = state.kind === "tombstone" && plain.stateAt(state.ref, now);
      return there && there.kind === "tombstone" ? false : plain.take(state, now);
    },
  })),
  altered("keeps a tombstone no longer for a record that it meets", LATER, (plain) => ({
    take(state, now) {
      if (state.kind !== "record") return plain.take(state, now);
      const there = plain.stateAt(state.record, now);
      return there?.kind === "tombstone" ? false : plain.take(state, now);
    },
  })),
  altered("knows no stamps but its own", STAMP, (plain) => ({
    take: (state, now) => state.kind !== "not-before" && plain.take(state, now),
  })),
  altered("moves a stamp back", STAMP, (plain) => ({
    take(state, now) {
      if (state.kind !== "not-before") return plain.take(state, now);
      plain.stamps.set(state.partition, state.notBefore);
      return true;
    },
  })),
  altered("adds a stamp a ms too early", STAMP, (plain) => ({
    stamp: (partition, notBefore) => plain.stamp(partition, notBefore - 1),
  })),
  broken(
    "forgets what it was told when it ends all itself",
    "invariant 2: stamps come from deleteAll and from elsewhere",
    ({ plain, right }) => ({
      deleteAll(partition, now, options) {
        plain.stamps.delete(partition);
        return right.deleteAll(partition, now, options);
      },
    }),
  ),
  altered(
    "takes what has expired",
    "invariant 4: a record that is past a deadline is not taken",
    (plain) => ({
      take(state, now) {
        if (state.kind !== "record" || isLive(state.record, now)) return plain.take(state, now);
        force(plain, state.record, state.revision);
        return false;
      },
    }),
  ),
  altered("takes what is there for a change", AGAIN, (plain) => ({
    take(state, now) {
      const changed = plain.take(state, now);
      return changed || state.kind === "tombstone";
    },
  })),
  broken("stops at the first that changes nothing", AGAIN, ({ plain }) => ({
    async apply(states, now) {
      const end = states.findIndex((state) => !plain.take(state, now));
      return end < 0 ? states.length : end;
    },
  })),
  slowly("replica: of 100 states that arrive at once the newest"),
  slowly("invariant 2: of 100 states that arrive at once a tombstone"),
  broken(
    "reads, and a moment later writes back what it was given",
    "invariant 3: a state from before an update",
    ({ plain }) => ({
      async apply(states, now) {
        for (const state of states) {
          if (state.kind !== "record") continue;
          const there = plain.stateAt(state.record, now);
          await pause();
          if (there?.kind === "record" && there.revision <= state.revision) {
            force(plain, state.record, state.revision);
          }
        }
        return 0;
      },
    }),
  ),
  altered(
    "drops a partition's stamp with the second tombstone there",
    "invariant 2: any states, in any order",
    (plain) => ({
      take(state, now) {
        const changed = plain.take(state, now);
        if (state.kind !== "tombstone") return changed;
        const { partition } = state.ref;
        const buried = [...plain.tombstones.keys()].filter((name) => name.startsWith(partition));
        if (buried.length > 1) plain.stamps.delete(partition);
        return changed;
      },
    }),
  ),
  broken("says after one step that this was all", COPY, ({ right }) => ({
    async changesSince(...args) {
      const outcome = await right.powers.replica.changesSince(...args);
      return outcome.status === "too-old" ? outcome : { ...outcome, more: false };
    },
  })),
  broken("gives more than it is asked for", COPY, ({ right }) => ({
    changesSince: (cursor, _limit, now) => right.powers.replica.changesSince(cursor, 1_000, now),
  })),
  broken("begins at the beginning every time", COPY, ({ right }) => ({
    changesSince: (_cursor, ...rest) => right.powers.replica.changesSince(null, ...rest),
  })),
  concealing(COPY),
  broken(
    "has no cursor where there is nothing yet",
    "replica: who follows an empty store",
    ({ plain, right }) => ({
      async changesSince(cursor, ...rest) {
        if (cursor === "nothing") return { status: "too-old" };
        const outcome = await right.powers.replica.changesSince(cursor, ...rest);
        if (outcome.status === "too-old" || plain.log.length > 0) return outcome;
        return { ...outcome, next: "nothing" };
      },
    }),
  ),
  altered("logs no touches", KINDS, movesOnly("lastSeenAt")),
  altered("logs no renewals", KINDS, movesOnly("credential")),
  broken("logs no stamp where nobody was signed in", KINDS, ({ plain, right }) => ({
    async deleteAll(partition, now, options) {
      const went = await right.deleteAll(partition, now, options);
      if (went.length === 0) plain.log.pop();
      return went;
    },
  })),
  altered("does not log what it applies", "replica: what was applied is passed on", (plain) => ({
    take(state, now) {
      const { length } = plain.log;
      const changed = plain.take(state, now);
      plain.log.length = length;
      return changed;
    },
  })),
  altered(
    "logs what it applies though nothing changes",
    "replica: stores that follow each other come to rest",
    (plain) => ({
      take(state, now) {
        const changed = plain.take(state, now);
        if (state.kind === "record") {
          const { partition, handle } = state.record;
          plain.log.push({ partition, handle });
        }
        return changed;
      },
    }),
  ),
  broken(
    "logs, and a moment later does what it logged",
    "replica: what is written while somebody follows",
    ({ plain, right }) => ({
      async delete(ref, options) {
        plain.log.push({ partition: ref.partition, handle: ref.handle });
        await pause();
        const { length } = plain.log;
        const outcome = await right.delete(ref, options);
        plain.log.length = length;
        return outcome;
      },
    }),
  ),
  concealing(AWAY),
  altered(
    "takes whatever comes",
    "replica: what comes late is compared with what is there",
    (plain) => ({
      take(state, now) {
        if (state.kind !== "record") return plain.take(state, now);
        force(plain, state.record, state.revision);
        return true;
      },
    }),
  ),
  broken("knows its own cursors by nothing", CURSOR, ({ plain, right }) => ({
    async changesSince(cursor, ...rest) {
      const own = cursor?.replace(/^\S+ /u, `${plain.id} `) ?? null;
      return right.powers.replica.changesSince(own, ...rest);
    },
  })),
  broken("begins again without a word", CURSOR, ({ right }) => ({
    async changesSince(cursor, ...rest) {
      const { changesSince } = right.powers.replica;
      const outcome = await changesSince(cursor, ...rest);
      return outcome.status === "too-old" ? changesSince(null, ...rest) : outcome;
    },
  })),
  altered("tells followers of what has expired", "replica: an expired session", (plain) => ({
    changesSince: (cursor, limit) => plain.changesSince(cursor, limit, -Infinity),
  })),
  ...FAILURES.flatMap((rejectedBy) => [
    broken("knows of nothing where it cannot know", rejectedBy, ({ right }) => ({
      states: (...args) => otherwise(right.powers.replica.states(...args), []),
    })),
    broken("takes for applied what could not be", rejectedBy, ({ right }) => ({
      apply: (...args) => otherwise(right.powers.replica.apply(...args), 0),
    })),
    broken("takes its log for lost", rejectedBy, ({ right }) => ({
      changesSince: (...args) =>
        otherwise(right.powers.replica.changesSince(...args), { status: "too-old" }),
    })),
  ]),
];
