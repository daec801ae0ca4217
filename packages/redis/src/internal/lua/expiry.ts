import { KEEP, NAMES, RECORD, TIME } from "./common.ts";

/**
 * KEYS: the index of deadlines. ARGV: now, deadline, member, how long what is due is kept. Clears away
 * what nobody came for, so that without sweeps the index stays bounded, and the key goes in the end.
 */
export const INDEX: string = `${NAMES}${TIME}${KEEP}
local now, deadline, kept = time(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
redis.call('ZADD', key, ARGV[2], ARGV[3])
redis.call('ZREMRANGEBYSCORE', key, '-inf', string.format('(%.0f', now - kept))
keep(deadline - now + kept)
return 1
`;

/** KEYS: the index of deadlines. ARGV: now, how many. Takes the members that are due. */
export const CLAIM: string = `${NAMES}${TIME}
local due = redis.call('ZRANGEBYSCORE', key, '-inf', time(ARGV[1]), 'LIMIT', 0, ARGV[2])
-- They are the first there are. By name there would be too many for one call.
if #due > 0 then redis.call('ZREMRANGEBYRANK', key, 0, #due - 1) end
return due
`;

/**
 * ARGV: handle, now. Removes the record if it has expired and gives it; of one that lives gives the
 * deadline; of none nothing.
 */
export const EXPIRE: string = `${NAMES}${TIME}${RECORD}
local value = redis.call('HGET', key, ARGV[1])
if not value then return {} end
local r, due = record(value)
if not r then return {} end
if time(ARGV[2]) < due then return {'live', string.format('%.0f', due)} end
redis.call('HDEL', key, ARGV[1], ARGV[1] .. '.', ARGV[1] .. '+')
return {'expired', value}
`;
