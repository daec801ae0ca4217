import type { Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";

type Operation = keyof Store;

/** A store that a test can slow down or break. */
export interface TestStore extends Store {
  /** The operations that were called, by name. */
  readonly calls: Operation[];
  /** Runs before each call; what it throws is what the call rejects with. */
  before: (operation: Operation) => void | Promise<void>;
}

export function testStore(): TestStore {
  const store: Store = memoryStore();
  const calls: Operation[] = [];
  const wrapped = Object.entries(store).map(([name, operation]) => [
    name,
    async (...args: never[]) => {
      calls.push(name as Operation);
      await tested.before(name as Operation);
      return (operation as (...args: never[]) => unknown)(...args);
    },
  ]);
  const tested: TestStore = {
    ...(Object.fromEntries(wrapped) as Store),
    calls,
    before: () => {},
  };
  return tested;
}
