export {
  type MemoryStore,
  memoryStore,
  type MemoryStoreOptions,
  type ReplicableMemoryStore,
} from "./memory-store.ts";
