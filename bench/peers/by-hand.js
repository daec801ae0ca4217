// What one would write without a library: a random id in a cookie, and JSON under it. No timeouts but
// Redis' own, no renewal, no limits, no list of a user's sessions, no care for what happens at once.
import { randomBytes } from "node:crypto";
import { TTL } from "./settings.js";

export function createByHand(redis) {
  const map = new Map();
  const keyOf = (id) => `session:${id}`;
  // node-redis and ioredis spell it differently.
  const expiration =
    redis && "status" in redis ? ["EX", TTL] : [{ expiration: { type: "EX", value: TTL } }];

  return {
    newId: () => randomBytes(32).toString("base64url"),
    idOf: (cookies) => /(?:^|; )sid=([^;]+)/.exec(cookies ?? "")?.[1],
    cookie: (id) => `sid=${id}; Path=/; HttpOnly; SameSite=Lax`,
    async get(id) {
      if (id === undefined) return undefined;
      const text = redis ? await redis.get(keyOf(id)) : map.get(id);
      return text ? JSON.parse(text) : undefined;
    },
    async set(id, session) {
      const text = JSON.stringify(session);
      if (redis) await redis.set(keyOf(id), text, ...expiration);
      else map.set(id, text);
    },
    async delete(id) {
      if (redis) await redis.del(keyOf(id));
      else map.delete(id);
    },
  };
}
