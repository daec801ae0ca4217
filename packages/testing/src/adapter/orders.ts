import { type Store, wrapStore } from "@sojourn/core";
import { gate } from "./gate.ts";

/** A server's way to the store, on which its calls can be made to wait for their turn. */
export interface Lane {
  readonly store: Store;
  /** Lets the call that has waited longest happen; one at least must be waiting. */
  step(): void;
  readonly waiting: number;
  /** Whether calls wait, or go through. */
  taken: boolean;
}

export function createLane(store: Store): Lane {
  const turns: (() => void)[] = [];
  const lane = {
    taken: false,
    get waiting() {
      return turns.length;
    },
    step: () => turns.shift()?.(),
    store: wrapStore(store, async (run) => {
      if (lane.taken) {
        const turn = gate();
        turns.push(turn.open);
        await turn.opened;
      }
      return run();
    }),
  };
  return lane;
}

/** Work whose store calls go by a lane. */
export interface Task {
  readonly lane: Lane;
  run(): Promise<unknown>;
}

/** Chooses one of so many. */
type Pick = (count: number) => number;

/** Runs it once for every way in which it can pick. */
export async function everyOrder(run: (pick: Pick) => Promise<void>): Promise<void> {
  let path: { taken: number; count: number }[] = [];
  do {
    let depth = 0;
    await run((count) => {
      const choice = path[depth] ?? { taken: 0, count };
      path[depth++] = choice;
      return Math.min(choice.taken, count - 1);
    });
    path = nextPath(path.slice(0, depth));
  } while (path.length > 0);
}

/** The last choice that had another way takes it; what came after is open again. */
function nextPath(path: readonly { taken: number; count: number }[]) {
  const last = path.findLastIndex(({ taken, count }) => taken + 1 < count);
  return path
    .slice(0, last + 1)
    .map((choice, at) => (at === last ? { ...choice, taken: choice.taken + 1 } : choice));
}

/** Runs the tasks side by side, their store calls one at a time and in the order picked. */
export async function interleave(tasks: readonly Task[], pick: Pick): Promise<void> {
  const running = new Set(tasks);
  const results = tasks.map(async (task) => {
    task.lane.taken = true;
    try {
      await task.run();
    } finally {
      running.delete(task);
      task.lane.taken = false;
    }
  });
  while (running.size > 0) {
    const ready = tasks.filter(({ lane }) => lane.waiting > 0);
    // Whoever runs and does not wait is still on its way to the store, or to its end.
    if ([...running].every((task) => ready.includes(task))) {
      ready[ready.length > 1 ? pick(ready.length) : 0]?.lane.step();
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  await Promise.all(results);
}
