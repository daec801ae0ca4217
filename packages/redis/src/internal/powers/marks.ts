import { checkText, type Marks } from "@sojourn/core";
import type { RedisConnection } from "../../connection.ts";
import { NAMES } from "../lua/common.ts";
import { createScript } from "../script.ts";

/** ARGV: the stamp. */
const SET = createScript(`${NAMES}
local before = tonumber(redis.call('GET', key) or '')
if before and before >= tonumber(ARGV[1]) then return tostring(before) end
redis.call('SET', key, ARGV[1])
return ARGV[1]
`);

/** One key a mark, without a TTL: marks are kept for good. */
export function createMarks(
  connection: RedisConnection,
  durable: RedisConnection,
  prefix: string,
): Marks {
  function keyOf(name: string): string {
    checkText(name);
    return `${prefix}mark:${name}`;
  }

  return {
    async set(name, at) {
      return Number(await SET(durable, keyOf(name), [String(at)]));
    },

    async get(name) {
      const key = keyOf(name);
      const mark = await connection.send(key, ["GET", key]);
      return mark === null ? null : Number(mark);
    },
  };
}
