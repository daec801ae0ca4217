import { type Store, timeLimited, wrapStore } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { type ReplicableStore, replicatedStore } from "@sojourn/replicated";
import { faultyStore, type StoreFault } from "@sojourn/testing";
import { type StoreFactory, testStore } from "@sojourn/testing/suites";

/** Three stores in memory, all of which can be cut off at once. */
function inMemory(stores: number): StoreFactory {
  return async ({ step }) => {
    let fault: StoreFault | null = null;
    const limited = (store: Store) => timeLimited(store, 200) as ReplicableStore;
    const [primary, ...replicas] = Array.from({ length: stores }, () =>
      faultyStore(memoryStore({ replicable: true }), () => fault),
    );
    // The suite explores the order of the steps that callers wait for.
    const stepped = wrapStore(primary as Store, async (run, operation) => {
      if (!operation.includes(".")) await step();
      return run();
    });
    const store = replicatedStore({
      primary: limited(stepped),
      replicas: replicas.map(limited),
    });
    return {
      store,
      disconnect: async () => void (fault = "fail"),
      stall: async () => void (fault = "hang"),
      close: () => store.close(),
    };
  };
}

testStore("replicated, three in memory", inMemory(3), {
  handlesComeOnce: true,
  interleavings: "all",
});
testStore("replicated, two in memory", inMemory(2), { handlesComeOnce: true });
