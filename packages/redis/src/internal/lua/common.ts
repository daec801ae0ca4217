/**
 * What the scripts share. `record.ts` says how a record lies in the hash; the names of the texts are
 * those of the contract.
 *
 * The hash of a partition has a field per session, named by its handle (22 characters), one more for
 * data that lies apart (`handle.`), and `!` for the partition's `notBefore`.
 */
export const NAMES = `
local LAYOUT, VERSION, CREATED, AUTHENTICATED, SEEN, IDLE, EXPIRES, FACTS, CREDENTIAL = 1, 2, 3, 4, 5, 6, 7, 11, 12
local DATA, HANDLE, CHUNK = 13, 22, 500
local LAST = '\\16\\n'
local key = KEYS[1]
`;

/** The caller's now, or where it gives none the server's. */
export const TIME = `
local function time(given)
  if given ~= '' then return tonumber(given) end
  local t = redis.call('TIME')
  return t[1] * 1000 + math.floor(t[2] / 1000)
end
`;

/**
 * A value taken apart: the texts of the envelope, as one more the data as it lies there, and beside
 * them the deadline. Nil where it is no record. One pattern for all is cheaper than a search for each
 * text, and arithmetic with a text that is known to be a number cheaper than `tonumber`.
 */
export const RECORD: string = `
-- To Lua 'nan' and 'inf' are numbers too.
local function number(text)
  local n = tonumber(text)
  return n and n - n == 0 and n or nil
end

local function record(value)
  if not value or string.sub(value, -3) ~= '\\n' .. LAST then return nil end
  local r = {string.match(value, '^([12])\\n${"([^\\n]*)\\n".repeat(11)}(.*)\\16\\n$')}
  local idle, expires = number(r[IDLE]), number(r[EXPIRES])
  if not (idle and expires and number(r[VERSION]) and number(r[CREATED])) then return nil end
  if r[SEEN] ~= '' and not number(r[SEEN]) then return nil end
  return r, math.min(idle, expires)
end
`;

/** The key lives at least this long, and never for ever. It is shortened by nothing. */
export const KEEP = `
local function keep(ms)
  ms = math.max(math.ceil(ms), 1)
  if redis.call('PTTL', key) < ms then redis.call('PEXPIRE', key, ms) end
end
`;

/** The sessions of a partition. `unpack` has a limit, and so have the chunks. */
export const SESSIONS = `
local function handles()
  local found = {}
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if #field == HANDLE then found[#found + 1] = field end
  end
  return found
end

local function values(fields, each)
  for from = 1, #fields, CHUNK do
    local to = math.min(from + CHUNK - 1, #fields)
    local got = redis.call('HMGET', key, unpack(fields, from, to))
    for i = from, to do each(fields[i], got[i - from + 1]) end
  end
end

-- '<' between texts goes by the server's locale.
local function isBefore(a, b)
  for i = 1, #a do
    local x, y = string.byte(a, i), string.byte(b, i)
    if x ~= y then return y ~= nil and x < y end
  end
  return #a < #b
end

local function remove(some)
  for _, handle in ipairs(some) do redis.call('HDEL', key, handle, handle .. '.') end
end
`;
