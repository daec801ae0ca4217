import { KEEP, NAMES, RECORD, SESSIONS, TIME } from "./common.ts";
import { LOG } from "./log.ts";

/**
 * ARGV: now, the handle to leave or '', how long the stamp is kept. Gives the handles of the live ones
 * that went.
 */
export const DELETE_ALL: string = deleteAll();

/** The same, and the log is told. */
export const DELETE_ALL_LOGGED: string = deleteAll({
  functions: LOG,
  going: `
for _, handle in ipairs(going) do
  local r, due = record(redis.call('HGET', key, handle))
  if r and now >= due then redis.call('HDEL', key, handle .. '+') else bury(handle, now) end
end
forgetTombstones(now)
`,
  stamped: "log(partition, now + ARGV[3], now)",
});

function deleteAll(
  also: Partial<Readonly<Record<"functions" | "going" | "stamped", string>>> = {},
): string {
  const { functions = "", going = "", stamped = "" } = also;
  return `${NAMES}${TIME}${RECORD}${KEEP}${SESSIONS}${functions}
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
  ${stamped}
end
${going}remove(going)
local isStampAlone = redis.call('HLEN', key) == 1
if isStampAlone then redis.call('PEXPIRE', key, ARGV[3]) else keep(tonumber(ARGV[3])) end
return table.concat(live, '\\n')
`;
}
