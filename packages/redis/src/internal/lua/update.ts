import { MOST_INLINE } from "../record.ts";
import { KEEP, NAMES, RECORD, TIME } from "./common.ts";
import { LOG } from "./log.ts";

/** ARGV: handle, now, slack, and then `change.ts` says what: words, each with two arguments. */
export const UPDATE: string = update();

/** The same, and the log is told. */
export const UPDATE_LOGGED: string = update(
  LOG,
  "wrote(handle, tonumber(r[EXPIRES]), now, ARGV[3])",
);

function update(functions = "", updated = ""): string {
  return `${NAMES}${TIME}${RECORD}${KEEP}${functions}
local handle, now = ARGV[1], time(ARGV[2])
local value = redis.call('HGET', key, handle)
if not value then return {'gone'} end
local r, before = record(value)
if not r then return {'corrupt'} end
if now >= before then return {'gone'} end

local expected, set, names, maxBytes = {}, {}, {}, nil
local moved, renewed = false, 1
for i = 4, #ARGV, 3 do
  local what, a, b = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if what == 'ifVersion' then
    moved = a ~= r[VERSION]
  elseif what == 'expect' then
    expected[a] = b
  elseif what == 'absent' then
    expected[a] = false
  elseif what == 'maxBytes' then
    maxBytes = tonumber(a)
  elseif what == 'set' then
    set[a] = b
    names[#names + 1] = a
  elseif what == 'unset' then
    set[a] = false
  elseif what == 'authenticatedAt' then
    r[AUTHENTICATED] = a
  elseif what == 'idleExpiresAt' then
    r[IDLE] = a
  elseif what == 'expiresAt' then
    r[EXPIRES] = a
  elseif what == 'facts' then
    r[FACTS] = a
  elseif what == 'change' then
    r[VERSION] = string.format('%.0f', r[VERSION] + 1)
  elseif what == 'touch' then
    if r[SEEN] == '' or r[SEEN] - a < 0 then r[SEEN] = a end
    if r[IDLE] - b < 0 then r[IDLE] = b end
  elseif what == 'credential' then
    if r[CREDENTIAL] == a then r[CREDENTIAL] = b else renewed = 0 end
  end
end


local apart, stored = r[LAYOUT] == '2', nil
local function storedApart()
  stored = stored or redis.call('HGET', key, handle .. '.')
  return stored
end

-- One walk over the data, and only where it matters.
local data, packed = r[DATA], {}
local concernsData = next(set) ~= nil
if concernsData or maxBytes or next(expected) ~= nil then
  if apart then data = string.match(storedApart() or '', '^d\\n(.*)\\16\\n$') end
  if not data then return {'corrupt'} end
  local at = 1
  while at <= #data do
    local nameEnd = string.find(data, '\\n', at, true)
    local textEnd = nameEnd and string.find(data, '\\n', nameEnd + 1, true)
    if not textEnd then return {'corrupt'} end
    local name = string.sub(data, at, nameEnd - 1)
    if expected[name] ~= nil then
      moved = moved or expected[name] ~= string.sub(data, nameEnd + 1, textEnd - 1)
      expected[name] = nil
    end
    if set[name] == nil then
      packed[#packed + 1] = string.sub(data, at, textEnd)
    elseif set[name] then
      packed[#packed + 1] = name .. '\\n' .. set[name] .. '\\n'
      set[name] = nil
    end
    at = textEnd + 1
  end
  for _, text in pairs(expected) do moved = moved or text end
  for _, name in ipairs(names) do
    if set[name] then packed[#packed + 1] = name .. '\\n' .. set[name] .. '\\n' end
  end
  data = table.concat(packed)
end
if moved then return {'conflict', value, apart and storedApart()} end

if maxBytes then
  local size = #data - 2 * #packed
  -- An escape is one byte more than what it stands for.
  if string.find(data, '\\16', 1, true) then
    local _, escapes = string.gsub(data, '\\16', '')
    size = size - escapes
  end
  if size > maxBytes then return {'too-large'} end
end

if concernsData then
  if #data > ${MOST_INLINE} then
    r[LAYOUT] = '2'
    redis.call('HSET', key, handle .. '.', 'd\\n' .. data .. LAST)
  elseif apart then
    r[LAYOUT] = '1'
    redis.call('HDEL', key, handle .. '.')
  end
end
r[DATA] = r[LAYOUT] == '1' and data or ''
redis.call('HSET', key, handle, table.concat(r, '\\n') .. LAST)
local after = math.min(r[IDLE], r[EXPIRES])
if after > before then keep(after - now + ARGV[3]) end
${updated}
return {'updated', r[VERSION], renewed}
`;
}
