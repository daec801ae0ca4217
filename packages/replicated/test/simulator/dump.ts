import type { ReplicaState } from "@sojourn/core";
import type { ReplicableStore } from "@sojourn/replicated";

/** All that a store holds, a line a place, without the deadlines of tombstones. */
export async function dump({ powers }: ReplicableStore, now: number): Promise<string[]> {
  const places = new Map<string, string>();
  let cursor: string | null = null;
  for (;;) {
    const step = await powers.replica.changesSince(cursor, 1_000, now);
    if (step.status === "too-old") throw new Error("The store does not know its own cursor.");
    for (const state of step.changes) {
      const [place, text] = line(state);
      places.set(place, text);
    }
    cursor = step.next;
    if (!step.more) return [...places].map(([place, text]) => `${place} ${text}`).sort();
  }
}

function line(state: ReplicaState): [place: string, text: string] {
  if (state.kind === "not-before") return [state.partition, `not before ${state.notBefore}`];
  if (state.kind === "tombstone") return [state.ref.handle, "ended"];
  const { record, revision } = state;
  const { data, ...envelope } = record;
  const text = JSON.stringify([Object.entries(envelope).sort(), Object.entries(data).sort()]);
  return [record.handle, `${revision} ${text}`];
}
