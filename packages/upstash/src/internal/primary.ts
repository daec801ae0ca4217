import { createScript, type RedisConnection } from "@sojourn/redis/layout";

const call = createScript("return redis.call(ARGV[1], KEYS[1], unpack(ARGV, 2))");

/**
 * Upstash answers a read from any replica, in a Global database from the nearest region: a session
 * that was revoked a moment ago may still be there. A script may write, so that it runs at the primary;
 * hence what is no script is made one. https://upstash.com/docs/redis/features/consistency
 */
export function atThePrimary(connection: RedisConnection): RedisConnection {
  return {
    send(key, command) {
      const [name = "", , ...args] = command;
      return name === "EVALSHA" || name === "EVAL"
        ? connection.send(key, command)
        : call(connection, key, [name, ...args]);
    },
  };
}
