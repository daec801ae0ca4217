import type {
  ChangesOutcome,
  ReplicaState,
  SessionRecord,
  SessionRef,
  SessionState,
  Store,
} from "@sojourn/core";
import type { Replicable } from "@sojourn/testing/suites";
import { show } from "../../../src/store/assert.ts";
import { isLive, Oracle, storeOf } from "../../../src/store/oracle.ts";
import type { Reach } from "./powers.ts";

/** A place in the log: something there may have changed. Without a handle it is the partition's stamp. */
export interface Hint {
  readonly partition: string;
  readonly handle?: string;
}

/** What is behind a plain replica, within reach of a defect. */
export class PlainReplica {
  readonly oracle: Oracle = new Oracle();
  readonly revisions: Map<string, number> = new Map();
  readonly tombstones: Map<string, number> = new Map();
  readonly stamps: Map<string, number> = new Map();
  readonly log: Hint[] = [];
  readonly id: string = crypto.randomUUID();

  /** Runs an operation and notes what it did, by comparing what was there with what is. */
  noting<T>(now: number, operation: () => T): T {
    const before = new Map(this.oracle.records.map((record) => [nameOf(record), record]));
    const outcome = operation();
    const after = new Map(this.oracle.records.map((record) => [nameOf(record), record]));
    for (const [name, record] of before) {
      if (!after.has(name)) this.#gone(record, now);
    }
    for (const [name, record] of after) {
      const old = before.get(name);
      if (old === undefined || show(old) !== show(record)) this.wrote(record, now);
    }
    return outcome;
  }

  wrote(record: SessionRecord, now: number): void {
    const name = nameOf(record);
    this.tombstones.delete(name);
    this.revisions.set(name, Math.max((this.revisions.get(name) ?? 0) + 1, now));
    this.log.push(hintOf(record));
  }

  #gone(record: SessionRecord, now: number): void {
    if (!isLive(record, now)) return;
    this.tombstones.set(nameOf(record), record.expiresAt);
    this.log.push(hintOf(record));
  }

  stamp(partition: string, notBefore: number): boolean {
    if (notBefore <= (this.stamps.get(partition) ?? -Infinity)) return false;
    this.stamps.set(partition, notBefore);
    this.log.push({ partition });
    return true;
  }

  stateAt(ref: SessionRef, now: number): SessionState | null {
    const name = nameOf(ref);
    const expiresAt = this.tombstones.get(name);
    const { partition, handle } = ref;
    if (expiresAt !== undefined && now < expiresAt) {
      return { kind: "tombstone", ref: { partition, handle }, expiresAt };
    }
    const record = this.oracle.read(ref, now);
    const revision = this.revisions.get(name) ?? 0;
    return record && { kind: "record", record, revision };
  }

  states(partition: string, handles: readonly string[], now: number): ReplicaState[] {
    const there = handles.map((handle) => this.stateAt({ partition, handle }, now));
    const notBefore = this.stamps.get(partition);
    const stamps = notBefore === undefined ? [] : [{ kind: "not-before", partition, notBefore }];
    return [...there, ...(stamps as ReplicaState[])].filter((state) => state !== null);
  }

  /** Whether it changed something. */
  take(state: ReplicaState, now: number): boolean {
    if (state.kind === "not-before") return this.stamp(state.partition, state.notBefore);
    const ref = state.kind === "record" ? state.record : state.ref;
    const { expiresAt } = state.kind === "record" ? state.record : state;
    const name = nameOf(ref);
    const there = this.stateAt(ref, now);
    if (state.kind === "tombstone" || there?.kind === "tombstone") {
      const met = there?.kind === "record" ? there.record.expiresAt : (there?.expiresAt ?? 0);
      if (there?.kind === "tombstone" && expiresAt <= met) return false;
      this.oracle.delete(ref);
      this.tombstones.set(name, Math.max(expiresAt, met));
    } else {
      if (!isLive(state.record, now)) return false;
      const held = this.oracle.records.some((record) => nameOf(record) === name);
      if (held && (this.revisions.get(name) ?? 0) >= state.revision) return false;
      this.oracle.put(state.record);
      this.revisions.set(name, state.revision);
    }
    this.log.push(hintOf(ref));
    return true;
  }

  changesSince(cursor: string | null, limit: number, now: number): ChangesOutcome {
    const [id, at = ""] = cursor === null ? [this.id, "0"] : cursor.split(" ");
    const from = Number(at);
    if (id !== this.id || at !== String(from) || from > this.log.length) {
      return { status: "too-old" };
    }
    const hints = this.log.slice(from, from + limit);
    const changes = hints.flatMap(({ partition, handle }) =>
      handle === undefined
        ? this.states(partition, [], now)
        : this.states(partition, [handle], now).filter(({ kind }) => kind !== "not-before"),
    );
    const next = from + hints.length;
    return {
      status: "changes",
      changes,
      next: `${this.id} ${next}`,
      more: next < this.log.length,
    };
  }
}

/** A right store that can be a copy, as plain as can be: it looks through everything, every time. */
export function plainReplica(reach: Reach, plain: PlainReplica): Replicable {
  const { oracle } = plain;
  const store = storeOf(oracle);
  const seven: Store = {
    ...store,
    async create(record, now, options) {
      const { partition, authenticatedAt } = record;
      const notBefore = plain.stamps.get(partition) ?? -Infinity;
      const free = oracle.find(record, now) === undefined;
      if (free && authenticatedAt !== null && authenticatedAt <= notBefore) {
        return { status: "revoked" };
      }
      return plain.noting(now, () => oracle.create(record, now, options));
    },
    async update(ref, change, now, options) {
      return plain.noting(now, () => oracle.update(ref, change, now, options));
    },
    async delete(ref, options) {
      return plain.noting(-Infinity, () => oracle.delete(ref, options));
    },
    async deleteAll(partition, now, options) {
      plain.stamp(partition, now);
      return plain.noting(now, () => oracle.deleteAll(partition, now, options));
    },
    async sweep(now, limit) {
      return plain.noting(now, () => oracle.sweep(now, limit));
    },
  };
  return {
    ...seven,
    powers: {
      replica: {
        async states(...args) {
          reach();
          return plain.states(...args);
        },
        async apply(states, now) {
          reach();
          return states.filter((state) => plain.take(state, now)).length;
        },
        async changesSince(...args) {
          reach();
          return plain.changesSince(...args);
        },
      },
    },
  };
}

export function nameOf({ partition, handle }: SessionRef): string {
  return `${partition} ${handle}`;
}

function hintOf({ partition, handle }: SessionRef): Hint {
  return { partition, handle };
}
