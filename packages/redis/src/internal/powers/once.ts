import { checkText, type Once } from "@sojourn/core";
import type { RedisConnection } from "../../connection.ts";
import { KEEP, NAMES, TIME } from "../lua/common.ts";
import { createScript } from "../script.ts";

/** ARGV: expiresAt, now. The value is the deadline: whether it has come, the caller's `now` decides. */
const REDEEM = createScript(`${NAMES}${TIME}${KEEP}
local expiresAt, now = tonumber(ARGV[1]), time(ARGV[2])
if now >= expiresAt then return 0 end
local redeemed = tonumber(redis.call('GET', key) or '')
if redeemed and now < redeemed then return 0 end
redis.call('SET', key, ARGV[1])
keep(expiresAt - now)
return 1
`);

/** One key a redemption, which goes when what was redeemed could not be redeemed any more. */
export function createOnce(
  connection: RedisConnection,
  prefix: string,
  time: (now: number) => string,
): Once {
  return {
    async redeem(key, expiresAt, now) {
      checkText(key);
      const args = [String(expiresAt), time(now)];
      return Number(await REDEEM(connection, `${prefix}once:${key}`, args)) === 1;
    },
  };
}
