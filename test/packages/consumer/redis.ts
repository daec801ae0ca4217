import type { Store } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { createScript, type RedisConnection } from "@sojourn/redis/layout";
import { Cluster, Redis } from "ioredis";

export const store: Store = redisStore(new Redis(), { prefix: "shop:", timeLimit: 500 });
export const clustered: Store = redisStore(new Cluster([]));
export const replica: unknown = redisStore(new Redis(), { replicable: true }).powers.replica;
export const script: unknown = createScript;
export type Connection = RedisConnection;

// @ts-expect-error A URL is no client.
redisStore("redis://127.0.0.1");
