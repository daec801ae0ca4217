import { checkText, type References, type SessionRef } from "@sojourn/core";
import type { RedisConnection } from "../../connection.ts";
import { KEEP, NAMES, TIME } from "../lua/common.ts";
import { memberOf, refOf } from "../member.ts";
import { parts } from "../replies.ts";
import { createScript } from "../script.ts";

/** How many entries `find` gives unless asked otherwise. */
const FOUND = 1_000;

/** ARGV: member, expiresAt, now. What has expired makes way. */
const ADD = createScript(`${NAMES}${TIME}${KEEP}
local expiresAt, now = tonumber(ARGV[2]), time(ARGV[3])
if now >= expiresAt then return 0 end
redis.call('ZADD', key, 'GT', ARGV[2], ARGV[1])
redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('%.0f', now))
keep(expiresAt - now)
return 1
`);

/** ARGV: now, how many at most. */
const FIND = createScript(`${NAMES}${TIME}
return redis.call('ZRANGEBYSCORE', key, string.format('(%.0f', time(ARGV[1])), '+inf', 'LIMIT', 0, ARGV[2])
`);

/** One sorted set a name: the refs by their deadlines. It goes with the last of them. */
export function createReferences(
  connection: RedisConnection,
  prefix: string,
  time: (now: number) => string,
): References {
  function keyOf(name: string): string {
    checkText(name);
    return `${prefix}reference:${name}`;
  }

  return {
    async add(name, ref, expiresAt, now) {
      const args = [memberOf(ref), String(expiresAt), time(now)];
      await ADD(connection, keyOf(name), args);
    },

    async find(name, now, limit = FOUND): Promise<SessionRef[]> {
      const found = await FIND(connection, keyOf(name), [time(now), String(limit)]);
      return parts(found).map(refOf);
    },

    async remove(name, refs) {
      const key = keyOf(name);
      if (refs.length === 0) return;
      await connection.send(key, ["ZREM", key, ...refs.map(memberOf)]);
    },
  };
}
