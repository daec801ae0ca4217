import { KEEP, NAMES, RECORD, TIME } from "./common.ts";
import { LOG } from "./log.ts";

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

/** ARGV: handle, the version it must have or ''. The log is told. */
export const DELETE_LOGGED: string = `${NAMES}${TIME}${RECORD}${KEEP}${LOG}
local value = redis.call('HGET', key, ARGV[1])
if not value then return 'gone' end
if ARGV[2] ~= '' then
  local r = record(value)
  if not r then return 'corrupt' end
  if r[VERSION] ~= ARGV[2] then return 'conflict' end
end
bury(ARGV[1])
return 'deleted'
`;
