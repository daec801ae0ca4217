import type { ReplicaState, ReplicaTarget, SessionRef } from "@sojourn/core";
import type { Journal } from "./journal.ts";
import { EXPIRES_AT } from "./rows.ts";
import { STAMP_KEPT, type Stamps } from "./stamps.ts";
import type { Table } from "./table.ts";

/**
 * The power to be a copy and to be copied. The journal knows of all sessions that there are.
 *
 * `makeRoom` is called before a record is added where none was.
 */
export function memoryReplica(
  table: Table,
  stamps: Stamps,
  journal: Journal,
  makeRoom: (now: number) => void,
): ReplicaTarget {
  const { rows, partitions } = table;

  function stateAt(ref: SessionRef, now: number): ReplicaState | undefined {
    const { partition, handle } = ref;
    const place = journal.find(ref);
    if (place?.isTombstone) {
      const { expiresAt } = place;
      if (now >= expiresAt) return undefined;
      return { kind: "tombstone", ref: { partition, handle }, expiresAt };
    }
    const row = table.findLive(ref, now);
    if (row === undefined) return undefined;
    return { kind: "record", record: rows.record(row, true), revision: place?.revision ?? 0 };
  }

  function stampOf(partition: string): ReplicaState | undefined {
    const notBefore = stamps.get(partition);
    return notBefore === -Infinity ? undefined : { kind: "not-before", partition, notBefore };
  }

  /** Whether it changed something. */
  function take(state: ReplicaState, now: number): boolean {
    if (state.kind === "not-before") {
      const { partition, notBefore } = state;
      if (notBefore <= stamps.get(partition)) return false;
      stamps.set(partition, notBefore, now);
      journal.stamp(partition, now + STAMP_KEPT);
      return true;
    }
    const ref = state.kind === "record" ? state.record : state.ref;
    const there = stateAt(ref, now);
    const isBuried = there?.kind === "tombstone";
    if (state.kind === "tombstone" || isBuried) {
      const { expiresAt } = state.kind === "record" ? state.record : state;
      return bury(ref, isBuried ? there.expiresAt : 0, expiresAt, now);
    }
    const { record, revision } = state;
    if (now >= Math.min(record.expiresAt, record.idleExpiresAt)) return false;
    const row = partitions.find(record);
    if (row !== undefined && (journal.find(record)?.revision ?? 0) >= revision) return false;
    if (row === undefined) makeRoom(now);
    else table.remove(row);
    table.add(record, record.version);
    journal.put(record, revision, now);
    return true;
  }

  /** `buriedUntil`: 0 where there is no tombstone yet. */
  function bury(ref: SessionRef, buriedUntil: number, expiresAt: number, now: number): boolean {
    const row = partitions.find(ref);
    const met = row === undefined ? buriedUntil : (rows.time(row, EXPIRES_AT) as number);
    const latest = Math.max(expiresAt, met);
    if (row !== undefined) table.remove(row);
    else if (latest === met || now >= latest) return false;
    journal.bury(ref, latest);
    return true;
  }

  return {
    async states(partition, handles, now) {
      const states = handles.map((handle) => stateAt({ partition, handle }, now));
      return [...states, stampOf(partition)].filter((state) => state !== undefined);
    },

    async apply(states, now) {
      journal.age(now);
      return states.filter((state) => take(state, now)).length;
    },

    async changesSince(cursor, limit, now) {
      const step = journal.since(cursor, limit);
      if (step === null) return { status: "too-old" };
      const { places, next, more } = step;
      const changes = places
        .map(({ partition, handle }) =>
          handle === null ? stampOf(partition) : stateAt({ partition, handle }, now),
        )
        .filter((state) => state !== undefined);
      return { status: "changes", changes, next, more };
    },
  };
}
