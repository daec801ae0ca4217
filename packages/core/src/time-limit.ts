import { type Clock, systemClock } from "./clock.ts";
import { StoreUnavailableError } from "./errors.ts";
import type { Store } from "./store.ts";

/**
 * The same store with a time limit on every call, for one that keeps none itself: a call that takes
 * longer than `ms` rejects with `StoreUnavailableError`. What becomes of the operation is not known.
 */
export function timeLimited(store: Store, ms: number, clock: Clock = systemClock): Store {
  async function within<T>(operation: Promise<T>): Promise<T> {
    const settled = new AbortController();
    const late = clock.sleep(ms, settled.signal).then(() => {
      throw new StoreUnavailableError(`The session store did not answer within ${ms} ms.`);
    });
    try {
      return await Promise.race([operation, late]);
    } finally {
      late.catch(() => {});
      settled.abort();
    }
  }
  return {
    create: (...args) => within(store.create(...args)),
    read: (...args) => within(store.read(...args)),
    update: (...args) => within(store.update(...args)),
    delete: (...args) => within(store.delete(...args)),
    list: (...args) => within(store.list(...args)),
    deleteAll: (...args) => within(store.deleteAll(...args)),
    sweep: (...args) => within(store.sweep(...args)),
  };
}
