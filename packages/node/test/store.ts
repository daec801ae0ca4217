import { type Store, type StoreOperation, wrapStore } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

/** A store that a test can slow down or break. */
export interface TestStore extends Store {
  /** The operations that were called, by name. */
  readonly calls: StoreOperation[];
  /** Runs before each call; what it throws is what the call rejects with. */
  before: (operation: StoreOperation) => void | Promise<void>;
}

export function testStore(): TestStore {
  const calls: StoreOperation[] = [];
  const tested: TestStore = {
    ...wrapStore(memoryStore(), async (run, operation) => {
      calls.push(operation);
      await tested.before(operation);
      return run();
    }),
    calls,
    before: () => {},
  };
  return tested;
}
