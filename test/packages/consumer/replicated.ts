import type { Store } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { type ReplicatedStore, replicatedStore } from "@sojourn/replicated";

const primary = memoryStore({ replicable: true });

const store = replicatedStore({
  primary,
  replicas: [memoryStore({ replicable: true })],
  acknowledge: { revocations: "majority" },
  onEvent: (event) => console.log(event.type),
});
export const asStore: Store = store;
export const kind: ReplicatedStore = store;
export const drained: Promise<boolean> = store.drain();

// @ts-expect-error It has to be made with replicable: true.
replicatedStore({ primary, replicas: [memoryStore()] });
