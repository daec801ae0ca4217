/** A system in discrete steps. States that `key` to the same text must behave the same for ever. */
export interface Model<State> {
  readonly initial: State;
  key(state: State): string;
  steps(state: State): readonly Step<State>[];
}

export interface Step<State> {
  readonly what: string;
  /** Null: what must not happen has happened. */
  readonly next: State | null;
}

export interface Exploration {
  /** How many states were found. */
  readonly states: number;
  /** The length of the longest of the shortest ways to a state. */
  readonly depth: number;
  /** Every state that can be reached was, or a schedule was found. */
  readonly complete: boolean;
  /** A shortest way to what must not happen; null: there is none. */
  readonly schedule: readonly string[] | null;
}

/** Breadth first, so that the first schedule found is a shortest one. */
export function explore<State>(model: Model<State>, limit: number = 3_000_000): Exploration {
  const seen = new Set([model.key(model.initial)]);
  // How a state was reached: the number of the state before, and of the step taken there. A text for
  // each would not fit into memory.
  const before = [-1];
  const taken = [-1];
  let frontier = [model.initial];
  let depth = 0;
  for (let first = 0; frontier.length > 0; depth++) {
    const next: State[] = [];
    for (const [i, state] of frontier.entries()) {
      for (const [choice, step] of model.steps(state).entries()) {
        if (step.next === null) {
          const schedule = replay(model, [...choices(before, taken, first + i), choice]);
          return { states: seen.size, depth, complete: true, schedule };
        }
        const size = seen.size;
        if (seen.add(model.key(step.next)).size === size) continue;
        before.push(first + i);
        taken.push(choice);
        next.push(step.next);
      }
    }
    if (seen.size > limit) return { states: seen.size, depth, complete: false, schedule: null };
    first += frontier.length;
    frontier = next;
  }
  return { states: seen.size, depth: depth - 1, complete: true, schedule: null };
}

function choices(before: readonly number[], taken: readonly number[], last: number): number[] {
  const way: number[] = [];
  for (let i = last; i > 0; i = before[i] as number) way.unshift(taken[i] as number);
  return way;
}

function replay<State>(model: Model<State>, way: readonly number[]): string[] {
  let state = model.initial;
  return way.map((choice) => {
    const { what, next } = model.steps(state)[choice] as Step<State>;
    if (next !== null) state = next;
    return what;
  });
}
