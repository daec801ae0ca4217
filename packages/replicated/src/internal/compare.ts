import type { ReplicaState, ReplicaTarget } from "@sojourn/core";
import { groupBy, type Pair } from "./pair.ts";
import { handleOf, inConflict, mergeAll, partitionOf, placeOf, standsOver } from "./merge.ts";

/**
 * Looks into states that a replica did not take. As a rule it has them already. Where it holds what
 * stands over the primary's (a store that was primary for a while, or two that both were), the primary
 * takes that, so that both hold the same; and says so.
 */
export async function compare(pair: Pair, states: readonly ReplicaState[]): Promise<void> {
  const { primary, replica } = pair;
  // The primary last: whatever else has been sent to the replica meanwhile, it has.
  const theirs = await present(pair, replica.replica, states);
  const ours = mergeAll(await present(pair, primary.replica, states));
  await takeUp(
    pair,
    theirs.filter((state) => standsOver(state, ours.get(placeOf(state)))),
  );
  const conflicts = theirs.filter((state) => {
    const there = ours.get(placeOf(state));
    return there !== undefined && inConflict(state, there);
  });
  if (conflicts.length > 0) await settle(pair, conflicts);
}

/** What is now at the places of these states. */
export async function present(
  { settings }: Pair,
  from: ReplicaTarget,
  states: readonly ReplicaState[],
): Promise<ReplicaState[]> {
  const now = settings.clock.now();
  const found = Array.from(groupBy(states, partitionOf), ([partition, some]) => {
    const handles = some.map(handleOf).filter((handle) => handle !== null);
    return from.states(partition, [...new Set(handles)], now);
  });
  return (await Promise.all(found)).flat();
}

/** Has the primary take what only a replica had. Its own log tells all replicas of it. */
export async function takeUp(pair: Pair, states: readonly ReplicaState[]): Promise<void> {
  const { primary, replica, settings, figures, emit } = pair;
  // A later stamp alone is no session that went another way.
  const handles = states.map(handleOf).filter((handle) => handle !== null);
  if (states.length === 0) return;
  await primary.replica.apply(states, settings.clock.now());
  for (const [partition, some] of groupBy(states, partitionOf)) {
    pair.passOn(
      partition,
      some.map(handleOf).filter((handle) => handle !== null),
    );
  }
  if (handles.length === 0) return;
  figures.diverged += handles.length;
  emit({ type: "diverged", store: replica.number, handles });
}

/** A touch that moves nothing gives the primary's content a revision of its own. */
async function settle(pair: Pair, conflicts: readonly ReplicaState[]): Promise<void> {
  const { primary, replica, settings, figures, emit } = pair;
  const now = settings.clock.now();
  const handles: string[] = [];
  for (const state of conflicts) {
    if (state.kind !== "record") continue;
    const { partition, handle } = state.record;
    const touch = { lastSeenAt: 0, idleExpiresAt: 0 };
    await primary.store.update({ partition, handle }, { touch }, now);
    pair.passOn(partition, [handle]);
    handles.push(handle);
  }
  figures.conflicts += handles.length;
  emit({ type: "conflict", store: replica.number, handles });
}
