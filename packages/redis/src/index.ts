export type { RedisClient } from "./client.ts";
export type { RedisConnection, RedisReply } from "./connection.ts";
export type { Durability, UnreplicatedEvent } from "./internal/durable.ts";
export {
  type RedisPowers,
  type ReplicableRedisPowers,
  type RedisStore,
  redisStore,
  type RedisStoreOptions,
} from "./redis-store.ts";
export { createStore, type LayoutOptions, type LayoutPowers } from "./store.ts";
