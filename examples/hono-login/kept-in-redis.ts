import { ConfigurationError } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { Redis } from "ioredis";
import type { Kept } from "./kept.ts";

const PASSWORDS = "example:passwords";

/** What several servers have in common. A session that ends on one of them ends on all, at once. */
export function keptInRedis(url: string, secret: string | null): Kept {
  if (secret === null) {
    throw new ConfigurationError(
      "REDIS_URL is set and SESSION_SECRET is not. Servers that share sessions share a secret: SESSION_SECRET=$(openssl rand -base64 32).",
    );
  }
  const redis = new Redis(url);
  // The client goes on trying. Meanwhile the answer is a 503, and nobody is logged out.
  redis.on("error", (error: Error) => console.error(`Redis: ${error.message}`));
  return {
    store: redisStore(redis),
    hashes: {
      get: (name) => redis.hget(PASSWORDS, name),
      set: async (name, hash) => void (await redis.hset(PASSWORDS, name, hash)),
    },
    secret,
    close: () => redis.disconnect(),
  };
}
