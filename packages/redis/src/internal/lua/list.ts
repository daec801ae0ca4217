import { NAMES, RECORD, SESSIONS, TIME } from "./common.ts";

/**
 * ARGV: now, how many at most, the handle before the first or '', whether with data. Gives handle,
 * value and data by turns. What is no record is given too: whoever asked decides.
 */
export const LIST: string = `${NAMES}${TIME}${RECORD}${SESSIONS}
local now, limit, after = time(ARGV[1]), tonumber(ARGV[2]), ARGV[3]
local wanted = {}
for _, handle in ipairs(handles()) do
  if isBefore(after, handle) then wanted[#wanted + 1] = handle end
end
table.sort(wanted, isBefore)
local found = {}
values(wanted, function(handle, value)
  local r, due = record(value)
  if #found < 3 * limit and not (r and now >= due) then
    local data = ARGV[4] == '1' and r and r[LAYOUT] == '2' and redis.call('HGET', key, handle .. '.')
    found[#found + 1] = handle
    found[#found + 1] = value
    found[#found + 1] = data or ''
  end
end)
return found
`;
