import type { ReplicaState, SessionRecord, SessionState } from "@sojourn/core";

/**
 * Of two states of one place the one that stands: a tombstone over any record, else the higher
 * revision; of two stamps the later. As in `ReplicaTarget.apply`, but for two contents under one
 * revision: a store keeps what it has, and here the answer must not depend on who is asked first.
 */
export function merge(a: ReplicaState, b: ReplicaState): ReplicaState {
  if (a.kind === "not-before" || b.kind === "not-before") {
    return a.kind === "not-before" && b.kind === "not-before" && b.notBefore <= a.notBefore ? a : b;
  }
  if (a.kind === "record" && b.kind === "record") return newer(a, b);
  // Kept until the later deadline of the two.
  return tombstoneOf(deadlineOf(a) >= deadlineOf(b) ? a : b);
}

/** Many states of many places, each place once. */
export function mergeAll(states: Iterable<ReplicaState>): Map<string, ReplicaState> {
  const merged = new Map<string, ReplicaState>();
  for (const state of states) {
    const place = placeOf(state);
    const there = merged.get(place);
    merged.set(place, there === undefined ? state : merge(there, state));
  }
  return merged;
}

/** Whether a store that has `there` would take `state`. */
export function standsOver(state: ReplicaState, there: ReplicaState | undefined): boolean {
  if (there === undefined) return true;
  if (state.kind === "not-before") return merge(there, state) !== there;
  if (state.kind === "tombstone") return there.kind === "record";
  return there.kind === "record" && state.revision > there.revision;
}

/** Two contents under one revision. */
export function inConflict(a: ReplicaState, b: ReplicaState | undefined): boolean {
  return (
    a.kind === "record" &&
    b?.kind === "record" &&
    a.revision === b.revision &&
    textOf(a.record) !== textOf(b.record)
  );
}

/** What a state is of: a session, or a partition's stamp. */
export function placeOf(state: ReplicaState): string {
  return `${partitionOf(state)}${handleOf(state) ?? ""}`;
}

export function partitionOf(state: ReplicaState): string {
  if (state.kind === "record") return state.record.partition;
  return state.kind === "tombstone" ? state.ref.partition : state.partition;
}

/** Null: the partition's stamp. */
export function handleOf(state: ReplicaState): string | null {
  if (state.kind === "record") return state.record.handle;
  return state.kind === "tombstone" ? state.ref.handle : null;
}

/** What stands there once the session is ended; a stamp stays what it is. */
export function tombstoneOf(state: ReplicaState): ReplicaState {
  if (state.kind !== "record") return state;
  const { partition, handle, expiresAt } = state.record;
  return { kind: "tombstone", ref: { partition, handle }, expiresAt };
}

type Revised = Extract<SessionState, { kind: "record" }>;

function newer(a: Revised, b: Revised): Revised {
  if (a.revision !== b.revision) return a.revision > b.revision ? a : b;
  return textOf(a.record) >= textOf(b.record) ? a : b;
}

function deadlineOf(state: SessionState): number {
  return state.kind === "record" ? state.record.expiresAt : state.expiresAt;
}

/** One text for one content, whatever order a store gives its keys in. */
function textOf({ data, ...envelope }: SessionRecord): string {
  const sorted = (fields: object) =>
    Object.entries(fields).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return JSON.stringify([sorted(envelope), sorted(data)]);
}
