import {
  CorruptRecordError,
  type ReplicaState,
  type ReplicaTarget,
  type SojournError,
} from "@sojourn/core";
import { codeOf, isAway } from "./member.ts";
import type { Pair } from "./pair.ts";
import { handleOf, tombstoneOf } from "./merge.ts";
import type { Unsent } from "./queue.ts";
import { present, reconcile } from "./reconcile.ts";

/** How many sessions of a partition are listed at a time. */
const LISTED = 1_000;

/** Sends what is now at the places that have changed. Sending it again is harmless. */
export async function send(pair: Pair, batch: Map<string, Unsent>): Promise<void> {
  const found = Array.from(batch, ([partition, unsent]) => statesOf(pair, partition, unsent));
  const states = (await Promise.all(found)).flat();
  const taken = await give(pair, states);
  // As a rule it has the others already. If not, it holds what the primary does not know of.
  if (taken < states.length)
    await reconcile(pair, await present(pair, pair.replica.replica, states));
}

/** Has the replica take states. Gives how many changed something. */
export async function give(pair: Pair, states: readonly ReplicaState[]): Promise<number> {
  if (states.length === 0) return 0;
  const { replica, settings, figures } = pair;
  let taken = 0;
  try {
    taken = await replica.replica.apply(states, settings.clock.now());
  } catch (error) {
    if (isAway(error)) throw error;
    // One of them cannot be taken. That must not keep the others.
    for (const state of states) taken += await giveOne(pair, state);
  }
  figures.sent += states.length;
  return taken;
}

async function giveOne(pair: Pair, state: ReplicaState): Promise<number> {
  const { replica, settings } = pair;
  try {
    return await replica.replica.apply([state], settings.clock.now());
  } catch (error) {
    if (isAway(error)) throw error;
    refused(pair, handleOf(state), error);
    return 0;
  }
}

async function statesOf(pair: Pair, partition: string, unsent: Unsent): Promise<ReplicaState[]> {
  const { primary, replica, settings } = pair;
  const now = settings.clock.now();
  // The replica first: what comes to be there later, the primary has by then.
  const listed = unsent.whole ? await handlesIn(pair, partition) : [];
  const handles = new Set([...unsent.handles, ...listed]);
  const states = await statesAt(primary.replica, partition, [...handles], now, (handle, error) =>
    refused(pair, handle, error),
  );
  const known = new Set(states.map(handleOf));
  const unknown = [...unsent.ended, ...listed].filter((handle) => !known.has(handle));
  if (unknown.length === 0) return states;
  const left = await statesAt(replica.replica, partition, unknown, now, () => {});
  return [...states, ...left.filter(({ kind }) => kind === "record").map(tombstoneOf)];
}

/** What of a partition the replica has. */
async function handlesIn({ replica, settings }: Pair, partition: string): Promise<string[]> {
  const handles: string[] = [];
  for (;;) {
    const after = handles.at(-1);
    const options = { limit: LISTED, ...(after !== undefined && { after }) };
    const records = await replica.store.list(partition, settings.clock.now(), options);
    handles.push(...records.map(({ handle }) => handle));
    if (records.length < LISTED) return handles;
  }
}

/** The states at some handles. What is corrupt cannot be copied, and must not keep the others. */
async function statesAt(
  from: ReplicaTarget,
  partition: string,
  handles: readonly string[],
  now: number,
  onCorrupt: (handle: string, error: unknown) => void,
): Promise<ReplicaState[]> {
  try {
    return await from.states(partition, handles, now);
  } catch (error) {
    if (!(error instanceof CorruptRecordError)) throw error;
    const [handle = null] = handles;
    if (handles.length <= 1) {
      if (handle !== null) onCorrupt(handle, error);
      return [];
    }
    const each = handles.map((one) => statesAt(from, partition, [one], now, onCorrupt));
    return (await Promise.all(each)).flat();
  }
}

function refused({ replica, figures, emit }: Pair, handle: string | null, error: unknown): void {
  figures.refused++;
  const reason = codeOf(error) as SojournError["code"];
  emit({ type: "state_refused", store: replica.number, handle, reason });
}
