export type { ReplicationEvent, ReplicationEventListener } from "./events.ts";
export type { ReplicationLag } from "./lag.ts";
export type {
  Acknowledge,
  AcknowledgeOptions,
  BackOff,
  ReplicableStore,
  ReplicatedStoreOptions,
} from "./options.ts";
export {
  type DrainOptions,
  type PassedThrough,
  type PromoteOptions,
  type ReplicatedStore,
  replicatedStore,
} from "./replicated-store.ts";
