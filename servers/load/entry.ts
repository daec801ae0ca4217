import type { Store } from "@sojourn/core";

/** What a load calls. It does not sweep: that takes only what has ended. */
export type Operation = Exclude<keyof Store, "sweep" | "powers">;

/** A call that was made while others were, and what became of it. */
export interface Made<O extends Operation> {
  readonly operation: O;
  readonly args: Parameters<Store[O]>;
  /** Counted, not timed: of any two events one comes first. */
  readonly startedAt: number;
  /** Infinity where the call rejected: it may take effect at any time from its start on, or never. */
  readonly endedAt: number;
  /** Undefined where the call rejected: nothing is acknowledged. */
  readonly outcome: Awaited<ReturnType<Store[O]>> | undefined;
  /** Why it rejected. */
  readonly error?: unknown;
}

export type Entry = { readonly [O in Operation]: Made<O> }[Operation];

/** What happened, in the order in which it ended. */
export class History {
  readonly entries: Entry[] = [];
  onEntry: (entry: Entry) => void = () => {};
  #ticks = 0;

  /** The same store, and whatever is asked of it is written down. */
  of(store: Store): Store {
    const write = <O extends Operation>(operation: O): Store[O] => {
      const call = store[operation] as (...args: unknown[]) => Promise<unknown>;
      const made = async (...args: unknown[]) => {
        const entry = { operation, args, startedAt: this.#ticks++, endedAt: Infinity };
        try {
          const outcome = await call(...args);
          this.#add({ ...entry, endedAt: this.#ticks++, outcome });
          return outcome;
        } catch (error) {
          this.#add({ ...entry, outcome: undefined, error });
          throw error;
        }
      };
      return made as unknown as Store[O];
    };
    return {
      create: write("create"),
      read: write("read"),
      update: write("update"),
      delete: write("delete"),
      list: write("list"),
      deleteAll: write("deleteAll"),
      sweep: store.sweep,
    };
  }

  #add(made: object): void {
    const entry = made as Entry;
    this.entries.push(entry);
    this.onEntry(entry);
  }
}

export function isKnown({ outcome }: Entry): boolean {
  return outcome !== undefined;
}

/** Whether `a` had ended before `b` began. */
export function isBefore(a: Entry, b: Entry): boolean {
  return a.endedAt < b.startedAt;
}

export function partitionOf({ args: [first] }: Entry): string {
  return typeof first === "string" ? first : first.partition;
}

/** The caller's now; -Infinity where the operation takes none. */
export function nowOf(entry: Entry): number {
  switch (entry.operation) {
    case "create":
    case "read":
    case "list":
    case "deleteAll":
      return entry.args[1];
    case "update":
      return entry.args[2];
    case "delete":
      return -Infinity;
  }
}

/** One line, for whoever has to find out what happened. */
export function show({ operation, args, startedAt, endedAt, outcome }: Entry): string {
  const texts = args.map((arg) => JSON.stringify(arg));
  const end = outcome === undefined ? "unknown" : `${endedAt} ${JSON.stringify(outcome)}`;
  const line = `${startedAt}..${end} ${operation}(${texts.join(", ")})`;
  return line.replaceAll(/-{20,}/g, "…").slice(0, 1_000);
}
