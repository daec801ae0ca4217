import {
  type PoweredStore,
  type Store,
  type StoreOperation,
  StoreUnavailableError,
  wrapStore,
} from "@sojourn/core";

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

export interface FaultyStore extends PoweredStore {
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

const NO_CALLS: Readonly<Record<StoreOperation, number>> = {
  create: 0,
  read: 0,
  update: 0,
  delete: 0,
  list: 0,
  deleteAll: 0,
  sweep: 0,
  "marks.set": 0,
  "marks.get": 0,
  "references.add": 0,
  "references.find": 0,
  "references.remove": 0,
  "once.redeem": 0,
  "channel.publish": 0,
  "channel.subscribe": 0,
  "replica.states": 0,
  "replica.apply": 0,
  "replica.changesSince": 0,
};

/**
 * A store that misbehaves when told to: by a `plan` that is asked about every call, or one call at a
 * time. For tests of what happens when the store fails at the worst moment. It has the powers of the
 * store it is given, and their operations, such as `once.redeem`, misbehave as well.
 */
export function faultyStore(store: Store, plan: FaultPlan = () => null): FaultyStore {
  const calls = { ...NO_CALLS };
  const faults = new Map<StoreOperation, StoreFault[]>();
  const gates = new Map<StoreOperation, Gate[]>();
  let total = 0;

  async function through<T>(run: () => Promise<T>, operation: StoreOperation): Promise<T> {
    const call = { operation, nth: ++calls[operation], nthOfAll: ++total };
    const fault = faults.get(operation)?.shift() ?? plan(call);
    const gate = gates.get(operation)?.shift();

    if (gate?.when === "before") await pass(gate);
    if (fault === "hang") return new Promise(() => {});
    if (fault === "fail") throw new StoreUnavailableError(`The ${operation} was told to fail.`);
    const outcome = await run();
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
    ...wrapStore(store, through),
  };
}

async function pass({ arrive, opened }: Gate): Promise<void> {
  arrive();
  await opened;
}

function append<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  lists.set(key, [...(lists.get(key) ?? []), value]);
}
