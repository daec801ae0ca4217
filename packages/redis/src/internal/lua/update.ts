import { MOST_INLINE } from "../record.ts";
import { KEEP, NAMES, TEXTS, TIME } from "./common.ts";

/**
 * ARGV: handle, now, slack, ifVersion or '', maxBytes or '', whether it is a change,
 * authenticatedAt, idleExpiresAt, expiresAt, facts ('.' each to leave it), lastSeenAt and
 * idleExpiresAt of the touch or '' twice, the credential it must have and the new one or '' twice;
 * then how many keys to set and the keys and texts, how many to unset and the keys, how many to expect
 * and the keys and texts ('' for absent, else '=' and the text).
 */
export const UPDATE: string = `${NAMES}${TIME}${TEXTS}${KEEP}
local handle, now = ARGV[1], time(ARGV[2])
local value = redis.call('HGET', key, handle)
if not value then return {'gone'} end
local r = record(value)
if not r then return {'corrupt'} end
local before = deadline(r)
if now >= before then return {'gone'} end

local at = 15
local function list(width)
  local from, n = at + 1, tonumber(ARGV[at]) * width
  at = from + n
  return from, at - 1
end
local setFrom, setTo = list(2)
local unsetFrom, unsetTo = list(1)
local expectFrom, expectTo = list(2)
local maxBytes = tonumber(ARGV[5])
local apart = r[LAYOUT] == '2'

-- Data is taken apart only where it matters.
local keys, data, stored = {}, {}, false
local concernsData = setTo >= setFrom or unsetTo >= unsetFrom
if concernsData or expectTo >= expectFrom or maxBytes then
  local found, from = r, ENVELOPE + 1
  if apart then
    stored = redis.call('HGET', key, handle .. '.')
    found, from = texts(stored), 2
    if not found or found[1] ~= 'd' then return {'corrupt'} end
  end
  if (#found - from) % 2 ~= 1 then return {'corrupt'} end
  for i = from, #found, 2 do
    keys[#keys + 1] = found[i]
    data[found[i]] = found[i + 1]
  end
end

local moved = ARGV[4] ~= '' and ARGV[4] ~= r[VERSION]
for i = expectFrom, expectTo, 2 do
  local text = data[ARGV[i]]
  if ARGV[i + 1] ~= (text and '=' .. text or '') then moved = true end
end
if moved then
  if apart and not stored then stored = redis.call('HGET', key, handle .. '.') end
  return {'conflict', value, stored}
end

for i = setFrom, setTo, 2 do
  if not data[ARGV[i]] then keys[#keys + 1] = ARGV[i] end
  data[ARGV[i]] = ARGV[i + 1]
end
for i = unsetFrom, unsetTo do data[ARGV[i]] = nil end

if maxBytes then
  local size = 0
  for _, name in ipairs(keys) do
    local text = data[name]
    if text then
      size = size + #name + #text
      -- An escape is one byte more than what it stands for.
      if string.find(name .. text, '\\16', 1, true) then
        local _, escapes = string.gsub(name .. text, '\\16', '')
        size = size - escapes
      end
    end
  end
  if size > maxBytes then return {'too-large'} end
end

if ARGV[6] == '1' then r[VERSION] = string.format('%.0f', r[VERSION] + 1) end
if ARGV[7] ~= '.' then r[AUTHENTICATED] = ARGV[7] end
if ARGV[8] ~= '.' then r[IDLE] = ARGV[8] end
if ARGV[9] ~= '.' then r[EXPIRES] = ARGV[9] end
if ARGV[10] ~= '.' then r[FACTS] = ARGV[10] end
if ARGV[11] ~= '' then
  if r[SEEN] == '' or tonumber(r[SEEN]) < tonumber(ARGV[11]) then r[SEEN] = ARGV[11] end
  if tonumber(r[IDLE]) < tonumber(ARGV[12]) then r[IDLE] = ARGV[12] end
end
local renewed = 1
if ARGV[13] ~= '' then
  if r[CREDENTIAL] == string.sub(ARGV[13], 2) then r[CREDENTIAL] = ARGV[14] else renewed = 0 end
end

local rest = ''
if concernsData then
  local packed = {}
  for _, name in ipairs(keys) do
    local text = data[name]
    if text then
      packed[#packed + 1] = name .. '\\n' .. text .. '\\n'
    end
  end
  rest = table.concat(packed)
  local becomesApart = #rest > ${MOST_INLINE}
  if becomesApart then
    redis.call('HSET', key, handle .. '.', 'd\\n' .. rest .. LAST)
    rest = ''
  elseif apart then
    redis.call('HDEL', key, handle .. '.')
  end
  r[LAYOUT] = becomesApart and '2' or '1'
elseif not apart and #r > ENVELOPE then
  rest = table.concat(r, '\\n', ENVELOPE + 1) .. '\\n'
end
redis.call('HSET', key, handle, table.concat(r, '\\n', 1, ENVELOPE) .. '\\n' .. rest .. LAST)
local after = deadline(r)
if after > before then keep(after - now + tonumber(ARGV[3])) end
return {'updated', tonumber(r[VERSION]), renewed}
`;
