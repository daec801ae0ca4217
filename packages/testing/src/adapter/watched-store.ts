import { type PoweredStore, type Store, type StoreOperation, wrapStore } from "@sojourn/core";
import { gate } from "./gate.ts";

export type Operation = StoreOperation;

/** Runs, or keeps from running, one call. */
type Hook = <T>(operation: Operation, run: () => Promise<T>) => Promise<T>;

/** A call that waits. */
interface Paused {
  /** Resolves once the call has come. */
  readonly reached: Promise<void>;
  resume(): void;
}

/** A store that notes every call, and stops or fails those that a story names. */
export interface WatchedStore extends PoweredStore {
  /** Which of the seven were called since the last `forget`, in order. */
  readonly calls: readonly Operation[];
  /** And which operations of powers: what no request waits for. */
  readonly powerCalls: readonly Operation[];
  forget(): void;
  /**
   * The next call of this operation waits: before it takes effect, or before its reply. `skip`: so
   * many calls of the operation go by first.
   */
  pause(operation: Operation, when?: When, skip?: number): Paused;
  /** The `n`th call from now, of any operation, fails. `reached` says whether it came. */
  failNth(n: number, when: When): { readonly reached: boolean };
  /** Every call, or every call of this operation, fails until `mend`. */
  break(operation?: Operation): void;
  mend(): void;
}

/** `before`: nothing has happened yet. `after`: it has, and only the reply is missing. */
type When = "before" | "after";

class StoreFault extends Error {}

export function watchStore(store: Store): WatchedStore {
  let calls: Operation[] = [];
  let powerCalls: Operation[] = [];
  let hooks: Hook[] = [];

  function call<T>(run: () => Promise<T>, operation: Operation): Promise<T> {
    (operation.includes(".") ? powerCalls : calls).push(operation);
    return hooks.reduceRight<() => Promise<T>>((next, hook) => () => hook(operation, next), run)();
  }

  function remove(hook: Hook): void {
    hooks = hooks.filter((other) => other !== hook);
  }

  return {
    ...wrapStore(store, call),
    get calls() {
      return calls;
    },
    get powerCalls() {
      return powerCalls;
    },
    forget() {
      calls = [];
      powerCalls = [];
    },
    pause(operation, when = "before", skip = 0) {
      const reached = gate();
      const resumed = gate();
      let left = skip;
      const hook: Hook = async (called, run) => {
        if (called !== operation || left-- > 0) return run();
        remove(hook);
        const result = when === "after" ? await run() : undefined;
        reached.open();
        await resumed.opened;
        return when === "after" ? (result as Awaited<ReturnType<typeof run>>) : run();
      };
      hooks.push(hook);
      return { reached: reached.opened, resume: resumed.open };
    },
    failNth(n, when) {
      const fault = { reached: false };
      let seen = 0;
      const hook: Hook = async (_called, run) => {
        if (seen++ !== n) return run();
        remove(hook);
        fault.reached = true;
        if (when === "after") await run();
        throw new StoreFault("The call failed.");
      };
      hooks.push(hook);
      return fault;
    },
    break(operation) {
      hooks.push(async (called, run) => {
        if (operation !== undefined && called !== operation) return run();
        throw new StoreFault("The store is down.");
      });
    },
    mend() {
      hooks = [];
    },
  };
}
