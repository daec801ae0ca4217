export type { RedisClient } from "./client.ts";
export type { Durability, UnreplicatedEvent } from "./internal/durable.ts";
export {
  type RedisPowers,
  type ReplicableRedisPowers,
  type RedisStore,
  redisStore,
  type RedisStoreOptions,
} from "./redis-store.ts";
export type { LayoutOptions, ReplicableOptions } from "./layout-options.ts";
export type { LayoutPowers } from "./store.ts";
