import { NAMES, RECORD } from "./common.ts";

/** ARGV: handle, the version it must have. */
export const DELETE: string = `${NAMES}${RECORD}
local value = redis.call('HGET', key, ARGV[1])
if not value then return 'gone' end
local r = record(value)
if not r then return 'corrupt' end
if r[VERSION] ~= ARGV[2] then return 'conflict' end
redis.call('HDEL', key, ARGV[1], ARGV[1] .. '.')
return 'deleted'
`;
