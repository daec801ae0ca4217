import { type Clock, systemClock } from "./clock.ts";
import { StoreUnavailableError } from "./errors.ts";
import type { PoweredStore, Store } from "./store.ts";
import { wrapStore } from "./wrap-store.ts";

/**
 * The same store with a time limit on every call, of its powers too, for one that keeps none itself: a call that
 * takes longer than `ms` rejects with `StoreUnavailableError`. What becomes of the operation is not known.
 */
export function timeLimited(store: Store, ms: number, clock: Clock = systemClock): PoweredStore {
  return wrapStore(store, <T>(operation: () => Promise<T>) => {
    const settled = new AbortController();
    return new Promise<T>((resolve, reject) => {
      void clock.sleep(ms, settled.signal).then(() => {
        // An error for nobody would cost more than all the rest of this.
        if (settled.signal.aborted) return;
        reject(new StoreUnavailableError(`The store took longer than ${ms} ms.`));
      });
      operation().then(resolve, reject);
      // Ends the sleep. Without a reason it would make an error, too.
    }).finally(() => settled.abort(null));
  });
}
