import type { Store } from "../store.ts";

/** The same store, with every operation run by `around`. */
export function wrapStore(
  store: Store,
  around: <T>(operation: () => Promise<T>) => Promise<T>,
): Store {
  return {
    create: (...args) => around(() => store.create(...args)),
    read: (...args) => around(() => store.read(...args)),
    update: (...args) => around(() => store.update(...args)),
    delete: (...args) => around(() => store.delete(...args)),
    list: (...args) => around(() => store.list(...args)),
    deleteAll: (...args) => around(() => store.deleteAll(...args)),
    sweep: (...args) => around(() => store.sweep(...args)),
  };
}
