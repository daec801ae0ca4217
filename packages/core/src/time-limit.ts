import { type Clock, systemClock } from "./clock.ts";
import { StoreUnavailableError } from "./errors.ts";
import type { PoweredStore, Store } from "./store.ts";
import { wrapStore } from "./wrap-store.ts";

/**
 * The same store with a time limit on every call, of its powers too, for one that keeps none itself: a call that takes
 * longer than `ms` rejects with `StoreUnavailableError`. What becomes of the operation is not known.
 */
export function timeLimited(store: Store, ms: number, clock: Clock = systemClock): PoweredStore {
  return wrapStore(store, async (operation) => {
    const settled = new AbortController();
    const late = clock.sleep(ms, settled.signal).then(() => {
      // Nobody listens any more, and an error for nobody costs more than all the rest of this.
      if (settled.signal.aborted) return undefined as never;
      throw new StoreUnavailableError(`The session store did not answer within ${ms} ms.`);
    });
    try {
      return await Promise.race([operation(), late]);
    } finally {
      // Aborting ends the sleep, and then nobody listens to what it says. Without a reason it would make
      // an error, too.
      late.catch(() => {});
      settled.abort(null);
    }
  });
}
