import { wrapStore } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { replicatedStore } from "@sojourn/replicated";
import { faultyStore, type StoreFault } from "@sojourn/testing";
import { type StoreFactory, testStore } from "@sojourn/testing/suites";
import { timeLimited } from "@sojourn/core";

/** Three stores in memory, all of which can be cut off at once. */
function inMemory(stores: number): StoreFactory {
  return async ({ step }) => {
    let fault: StoreFault | null = null;
    const [primary, ...replicas] = Array.from({ length: stores }, () =>
      faultyStore(memoryStore({ replicable: true }), () => fault),
    );
    // The suite explores the order of the steps that callers wait for.
    const stepped = wrapStore(primary!, async (run, operation) => {
      if (!operation.includes(".")) await step();
      return run();
    });
    const store = replicatedStore({
      primary: timeLimited(stepped, 200),
      replicas: replicas.map((replica) => timeLimited(replica, 200)),
    } as never);
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
