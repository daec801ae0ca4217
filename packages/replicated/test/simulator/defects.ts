import { type PoweredStore, type ReplicaState, wrapStore } from "@sojourn/core";
import type { ReplicableStore } from "@sojourn/replicated";

/** What is broken on purpose, to see that the simulator finds it. */
export type Defect =
  | "no tombstones"
  | "lower revision wins"
  | "changes out of order"
  | "no catch-up after overflow"
  | "majority without the primary"
  | "promotion without a majority";

type States = readonly ReplicaState[];

/** A server's store with the defect, or as it is. */
export function broken(store: ReplicableStore, defect: Defect | undefined): ReplicableStore {
  const { replica } = store.powers;

  function applying(altered: (states: States) => States): ReplicableStore {
    const apply = (states: States, now: number) => replica.apply(altered(states), now);
    return { ...store, powers: { ...store.powers, replica: { ...replica, apply } } };
  }

  switch (defect) {
    case "no tombstones":
      return applying((states) => states.filter(({ kind }) => kind !== "tombstone"));
    case "lower revision wins":
      return applying((states) => states.map((state) => revised(state, (at) => 4e12 - at)));
    case "changes out of order": {
      // What arrives last stands, and something always comes late.
      let arrived = 3e12;
      let held: States = [];
      return applying((states) => {
        const sent = [...states, ...held];
        held = states;
        return sent.map((state) => revised(state, () => ++arrived));
      });
    }
    default:
      return store;
  }
}

/** A process's view of its primary with the defect, or as it is. */
export function brokenPrimary(store: PoweredStore, defect: Defect | undefined): PoweredStore {
  if (defect !== "no catch-up after overflow") return store;
  let isOver = false;
  return wrapStore(store, async (run, operation) => {
    const outcome = await run();
    if (operation !== "replica.changesSince") return outcome;
    const step = outcome as { changes: States; more: boolean };
    if (isOver) return { ...step, changes: [], more: false } as typeof outcome;
    isOver = !step.more;
    return outcome;
  });
}

function revised(state: ReplicaState, revision: (at: number) => number): ReplicaState {
  return state.kind === "record" ? { ...state, revision: revision(state.revision) } : state;
}
