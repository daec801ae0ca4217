import { KEEP, NAMES, RECORD, SESSIONS, TIME } from "./common.ts";

/**
 * ARGV: now, the handle to leave or '', how long the stamp is kept. Gives the handles of the live ones
 * that went.
 */
export const DELETE_ALL: string = `${NAMES}${TIME}${RECORD}${KEEP}${SESSIONS}
local now, except = time(ARGV[1]), ARGV[2]
local going, live = {}, {}
values(handles(), function(handle, value)
  if handle == except then return end
  going[#going + 1] = handle
  local r, due = record(value)
  if r and now < due then live[#live + 1] = handle end
end)
-- The stamp first, as the new one in CREATE.
local before = number(redis.call('HGET', key, '!'))
if not before or before < now then
  redis.call('HSET', key, '!', string.format('%.0f', now))
end
remove(going)
local isStampAlone = redis.call('HLEN', key) == 1
if isStampAlone then redis.call('PEXPIRE', key, ARGV[3]) else keep(tonumber(ARGV[3])) end
return table.concat(live, '\\n')
`;
