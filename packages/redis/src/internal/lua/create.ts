import { KEEP, NAMES, RECORD, SESSIONS, TIME } from "./common.ts";
import { LOG } from "./log.ts";

/**
 * ARGV: handle, now, deadline, slack, value, data or '', authenticatedAt or '', the handle to replace
 * or '', max or '', whether to refuse, abandonedAfter.
 *
 * Below the limit a login looks at its own field only. The hash has at most one field too many for
 * that in question (`!`, data apart), which errs towards looking.
 */
export const CREATE: string = create(2);

/** The same, and the log is told. */
export const CREATE_LOGGED: string = create(3, {
  functions: LOG,
  look: "forgetTombstones(now)",
  going: `
for _, other in ipairs(evicted) do bury(other, now) end
if replaced ~= '' and replaced ~= handle then bury(replaced, now) end
for _, other in ipairs(going) do redis.call('HDEL', key, other .. '+') end
`,
  created: "wrote(handle, tonumber(record(ARGV[5])[EXPIRES]), now, ARGV[4])",
});

/** `fieldsAdded`: by one session, at most. */
function create(
  fieldsAdded: number,
  also: Partial<Readonly<Record<"functions" | "look" | "going" | "created", string>>> = {},
): string {
  const { functions = "", look = "", going = "", created = "" } = also;
  return `${NAMES}${TIME}${RECORD}${KEEP}${SESSIONS}${functions}
local handle, now = ARGV[1], time(ARGV[2])
local replaced, max, refuses = ARGV[8], tonumber(ARGV[9]), ARGV[10] == '1'

local there = redis.call('HMGET', key, handle, '!')
local taken, due = record(there[1])
if taken and now < due then return {'exists'} end
if there[2] and ARGV[7] ~= '' then
  local before = number(there[2])
  if not before then return {'corrupt'} end
  if tonumber(ARGV[7]) <= before then return {'revoked'} end
end

local going, evicted = {}, {}
local fields = redis.call('HLEN', key)
-- Without a limit nothing else would clear away what expired: a look through all, every so often. A
-- session adds few fields, so one of as many numbers is met.
if (max and fields >= max) or (not max and fields >= 100 and fields % 100 < ${fieldsAdded}) then
  local candidates, live = {}, 0
  values(handles(), function(other, value)
    if other == handle then return end
    local r, due = record(value)
    if not r or now >= due then
      going[#going + 1] = other
    elseif other ~= replaced then
      live = live + 1
      local abandoned = r[SEEN] == '' and now - r[CREATED] >= tonumber(ARGV[11])
      if abandoned or not refuses then
        local seen = tonumber(r[SEEN] == '' and r[CREATED] or r[SEEN])
        candidates[#candidates + 1] = {other, seen, abandoned}
      end
    end
  end)
  ${look}
  local excess = max and live + 1 - max or 0
  if excess > #candidates then return {'limit-reached'} end
  if excess > 0 then
    table.sort(candidates, function(a, b)
      if a[3] ~= b[3] then return a[3] end
      if a[2] ~= b[2] then return a[2] < b[2] end
      return isBefore(a[1], b[1])
    end)
    for i = 1, excess do
      evicted[i] = candidates[i][1]
      going[#going + 1] = candidates[i][1]
    end
  end
end
if replaced ~= '' and replaced ~= handle then going[#going + 1] = replaced end

-- The new one first. A key that has lost its last field, and whose slot is on its way to another node,
-- is not to be written here any more: the script would break off midway.
if ARGV[6] == '' then
  redis.call('HSET', key, handle, ARGV[5])
  if there[1] then redis.call('HDEL', key, handle .. '.') end
else
  redis.call('HSET', key, handle, ARGV[5], handle .. '.', ARGV[6])
end
${going}remove(going)
keep(ARGV[3] - now + ARGV[4])
${created}
return {'created', table.concat(evicted, '\\n')}
`;
}
