import { type Store, StoreUnavailableError } from "@sojourn/core";

export type StoreOperation = keyof Store;

/**
 * - `fail`: nothing happens, and the call rejects.
 * - `drop-reply`: the operation takes effect, and the call rejects all the same.
 * - `hang`: nothing happens, and the call never settles.
 */
export type StoreFault = "fail" | "drop-reply" | "hang";

/** A call about to be made. Counts begin with 1. */
export interface StoreCall {
  readonly operation: StoreOperation;
  /** Which call of this operation it is. */
  readonly nth: number;
  /** Which call of any operation it is. */
  readonly nthOfAll: number;
}

/** What becomes of a call; null: it goes through. */
export type FaultPlan = (call: StoreCall) => StoreFault | null;

/** A call that waits at a gate. */
export interface PausedCall {
  /** Resolves once a call has come to the gate. */
  readonly reached: Promise<void>;
  /** Lets it go on. */
  release(): void;
}

export interface FaultyStore extends Store {
  /** How often each operation was called, whatever became of it. */
  readonly calls: Readonly<Record<StoreOperation, number>>;
  /** The next call of `operation` meets this fault, once. */
  failNext(operation: StoreOperation, fault?: StoreFault): void;
  /** The next call of `operation` waits, `before` it takes effect or `after` it: once. */
  pause(operation: StoreOperation, when?: "before" | "after"): PausedCall;
}

interface Gate {
  readonly when: "before" | "after";
  arrive(): void;
  readonly opened: Promise<void>;
}

/**
 * A store that misbehaves when told to: by a `plan` that is asked about every call, or one call at a
 * time. For tests of what happens when the store fails at the worst moment.
 */
export function faultyStore(store: Store, plan: FaultPlan = () => null): FaultyStore {
  const calls = { create: 0, read: 0, update: 0, delete: 0, list: 0, deleteAll: 0, sweep: 0 };
  const faults = new Map<StoreOperation, StoreFault[]>();
  const gates = new Map<StoreOperation, Gate[]>();
  let total = 0;

  async function through<T>(operation: StoreOperation, effect: () => Promise<T>): Promise<T> {
    const call = { operation, nth: ++calls[operation], nthOfAll: ++total };
    const fault = faults.get(operation)?.shift() ?? plan(call);
    const gate = gates.get(operation)?.shift();

    if (gate?.when === "before") await pass(gate);
    if (fault === "hang") return new Promise(() => {});
    if (fault === "fail") throw new StoreUnavailableError(`The ${operation} was told to fail.`);
    const outcome = await effect();
    if (gate?.when === "after") await pass(gate);
    if (fault === "drop-reply") {
      throw new StoreUnavailableError(`The reply of the ${operation} was told to get lost.`);
    }
    return outcome;
  }

  return {
    calls,
    failNext(operation, fault = "fail") {
      append(faults, operation, fault);
    },
    pause(operation, when = "before") {
      let arrive = () => {};
      let release = () => {};
      const reached = new Promise<void>((resolve) => (arrive = resolve));
      const opened = new Promise<void>((resolve) => (release = resolve));
      append(gates, operation, { when, arrive, opened });
      return { reached, release };
    },
    create: (...args) => through("create", () => store.create(...args)),
    read: (...args) => through("read", () => store.read(...args)),
    update: (...args) => through("update", () => store.update(...args)),
    delete: (...args) => through("delete", () => store.delete(...args)),
    list: (...args) => through("list", () => store.list(...args)),
    deleteAll: (...args) => through("deleteAll", () => store.deleteAll(...args)),
    sweep: (...args) => through("sweep", () => store.sweep(...args)),
  };
}

async function pass({ arrive, opened }: Gate): Promise<void> {
  arrive();
  await opened;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
