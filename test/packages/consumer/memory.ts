import type { Store } from "@sojourn/core";
import { type MemoryStore, memoryStore } from "@sojourn/memory";

export const store: MemoryStore = memoryStore();
export const asStore: Store = store;
export const copied: unknown = memoryStore({ replicable: true }).powers.replica;

// @ts-expect-error It cannot be misspelt.
memoryStore({ replicabel: true });
