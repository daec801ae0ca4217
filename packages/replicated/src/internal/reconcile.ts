import type { ReplicaState, ReplicaTarget } from "@sojourn/core";
import { isAway } from "./member.ts";
import {
  handleOf,
  inConflict,
  mergeAll,
  partitionOf,
  placeOf,
  standsOver,
  tombstoneOf,
} from "./merge.ts";
import { groupBy, type Pair } from "./pair.ts";
import { askMajority } from "./quorum.ts";

/**
 * Looks into what a replica holds. As a rule the primary has it. Where the replica's stands over the
 * primary's (it was primary for a while, or two were), the primary takes it, so that both hold the same,
 * and an event says so.
 *
 * Gives false if something was left as it was, for want of a majority of replicas to ask about it.
 */
export async function reconcile(pair: Pair, theirs: readonly ReplicaState[]): Promise<boolean> {
  // The primary after the replica: whatever comes to the replica meanwhile, it has by then.
  const ours = mergeAll(await present(pair, pair.primary.replica, theirs));
  const before = (state: ReplicaState) => ours.get(placeOf(state));
  await settle(
    pair,
    theirs.filter((state) => inConflict(state, before(state))),
  );
  const over = theirs.filter((state) => standsOver(state, before(state)));
  const leftBehind = over.filter(
    (state) => before(state) === undefined && isLeftBehind(pair, state),
  );
  await takeUp(pair, leftBehind.map(tombstoneOf));
  return confirmed(
    pair,
    over.filter((state) => !leftBehind.includes(state)),
  );
}

/** What is at the places of these states. */
export async function present(
  { settings }: Pair,
  from: ReplicaTarget,
  states: readonly ReplicaState[],
): Promise<ReplicaState[]> {
  const now = settings.clock.now();
  const found = Array.from(groupBy(states, partitionOf), ([partition, some]) =>
    from.states(partition, handlesOf(some), now),
  );
  return (await Promise.all(found)).flat();
}

/**
 * Whether the replica had this and had not passed it on when the primary was promoted. Somebody may have
 * ended it since, and was told that it is gone: it does not come back.
 */
function isLeftBehind({ primary }: Pair, state: ReplicaState): boolean {
  return state.kind === "record" && state.record.createdAt <= primary.promotedAt;
}

/** Takes up what a majority knows of it, so that what one replica has ended does not come by another. */
async function confirmed(pair: Pair, states: readonly ReplicaState[]): Promise<boolean> {
  if (states.length === 0) return true;
  const { replicas, settings } = pair;
  const needed = Math.min(settings.majority, replicas.length);
  try {
    const ask = askMajority(replicas, needed, ({ replica }) => present(pair, replica, states));
    const agreed = mergeAll([...states, ...(await ask).flat()]);
    await takeUp(pair, [...agreed.values()]);
    return true;
  } catch (error) {
    if (!isAway(error)) throw error;
    return false;
  }
}

/** Has the primary take what it did not have, and the other replicas be told. */
async function takeUp(pair: Pair, states: readonly ReplicaState[]): Promise<void> {
  if (states.length === 0) return;
  const { primary, replica, settings, figures, emit } = pair;
  await primary.replica.apply(states, settings.clock.now());
  for (const [partition, some] of groupBy(states, partitionOf)) {
    pair.passOn(partition, handlesOf(some));
  }
  const handles = handlesOf(states);
  // A later stamp alone is no session that went another way.
  if (handles.length === 0) return;
  figures.diverged += handles.length;
  emit({ type: "diverged", store: replica.number, handles });
}

/** Two contents under one revision: a touch that moves nothing gives the primary's one of its own. */
async function settle(pair: Pair, conflicts: readonly ReplicaState[]): Promise<void> {
  if (conflicts.length === 0) return;
  const { primary, replica, settings, figures, emit } = pair;
  const handles = handlesOf(conflicts);
  for (const [partition, some] of groupBy(conflicts, partitionOf)) {
    for (const handle of handlesOf(some)) {
      const touch = { lastSeenAt: 0, idleExpiresAt: 0 };
      await primary.store.update({ partition, handle }, { touch }, settings.clock.now());
    }
    pair.passOn(partition, handlesOf(some));
  }
  figures.conflicts += handles.length;
  emit({ type: "conflict", store: replica.number, handles });
}

function handlesOf(states: readonly ReplicaState[]): string[] {
  return [...new Set(states.map(handleOf).filter((handle) => handle !== null))];
}
