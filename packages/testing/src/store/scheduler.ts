/** Picks one of `count` that could go next. */
export type Choose = (count: number) => number;

/** A task's result, and when it began and ended, in steps of the run. */
interface Finished<T> {
  readonly result: T;
  readonly startedAt: number;
  readonly endedAt: number;
}

export interface Scheduler {
  /**
   * Awaited by a store before each of its inner steps. During `run` it resolves when the step's turn
   * has come, else at once. A task's steps must come one after the other.
   */
  readonly step: () => Promise<void>;
  /** Runs tasks to their end, one step at a time; `choose` says whose. */
  run<T>(tasks: readonly (() => Promise<T>)[], choose: Choose): Promise<Finished<T>[]>;
}

/** Decides the order of steps in stores that ask for leave before each. */
export function createScheduler(): Scheduler {
  /** Those that could go next. Null: nothing is being scheduled. */
  let waiting: (() => void)[] | null = null;
  let settled = () => {};

  function step(): Promise<void> {
    if (waiting === null) return Promise.resolve();
    return wait(waiting);
  }

  /** Until its turn. Whoever goes to wait has done its step. */
  function wait(queue: (() => void)[]): Promise<void> {
    return new Promise((resolve) => {
      queue.push(resolve);
      settled();
    });
  }

  async function run<T>(
    tasks: readonly (() => Promise<T>)[],
    choose: Choose,
  ): Promise<Finished<T>[]> {
    const queue: (() => void)[] = [];
    waiting = queue;
    let steps = 0;
    const finished = Promise.all(
      tasks.map(async (task) => {
        await wait(queue);
        const startedAt = steps;
        try {
          return { result: await task(), startedAt, endedAt: steps };
        } finally {
          settled();
        }
      }),
    );
    // Who fails is reported at the end, when all have gone their way.
    finished.catch(() => {});
    while (queue.length > 0) {
      const [go] = queue.splice(choose(queue.length), 1);
      steps++;
      await new Promise<void>((resolve) => {
        settled = resolve;
        go?.();
      });
    }
    waiting = null;
    return finished;
  }

  return { step, run };
}

/**
 * Calls `once` with every sequence of choices there is, depth first, at most `limit` times. Says
 * whether those were all.
 */
export async function explore(
  once: (choose: Choose) => Promise<void>,
  limit: number = Infinity,
): Promise<boolean> {
  const path: { chosen: number; readonly count: number }[] = [];
  let runs = 0;
  do {
    let depth = 0;
    await once((count) => {
      const at = (path[depth] ??= { chosen: 0, count });
      depth++;
      return at.chosen;
    });
    runs++;
    while (path.length > 0 && isLast(path.at(-1))) path.pop();
    const deepest = path.at(-1);
    if (deepest !== undefined) deepest.chosen++;
  } while (path.length > 0 && runs < limit);
  return path.length === 0;
}

function isLast(at: { chosen: number; count: number } | undefined): boolean {
  return at !== undefined && at.chosen + 1 >= at.count;
}
