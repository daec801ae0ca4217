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
remove(going)
local before = number(redis.call('HGET', key, '!'))
if not before or before < now then
  redis.call('HSET', key, '!', string.format('%.0f', now))
end
keep(tonumber(ARGV[3]))
return table.concat(live, '\\n')
`;
