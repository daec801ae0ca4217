export type { RedisClient } from "./client.ts";
export {
  type RedisPowers,
  type RedisStore,
  redisStore,
  type RedisStoreOptions,
} from "./redis-store.ts";
export { createStore, type LayoutOptions, type LayoutPowers } from "./store.ts";
export type { RedisConnection, RedisReply } from "./connection.ts";
