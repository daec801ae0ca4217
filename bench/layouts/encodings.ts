/**
 * Ways of writing a record into one text, in Lua. `from` takes it as lines; `decode` gives the twelve
 * texts of the envelope and what follows them, `encode` takes these; `seen` gives the two numbers that a
 * login at the limit looks at: the deadline, and when it was last seen.
 */
export interface Encoding {
  readonly name: string;
  readonly lua: string;
}

const LINE = "([^\\n]*)\\n";
const LINES = `'^${LINE.repeat(12)}(.*)$'`;

const FROM = `
local function from(value) return encode({string.match(value, ${LINES})}) end
`;

const SEEN = `
local function seen(value)
  local r = decode(value)
  return math.min(r[6], r[7]), tonumber(r[5])
end
`;

const PATTERN = `
local function decode(value) return {string.match(value, ${LINES})} end
local function encode(r) return table.concat(r, '\\n', 1, 12) .. '\\n' .. r[13] end
`;

const SEARCH = `
local function decode(value)
  local r, n = {}, 0
  for text in string.gmatch(value, '${LINE}') do
    n = n + 1
    r[n] = text
  end
  return r
end
local function encode(r) return table.concat(r, '\\n') .. '\\n' end
local function from(value) return value end
`;

/** Times as what they are later than the day before the first, in base 36. */
const SHORT = `
local function short(n)
  local digits = ''
  repeat
    local d = n % 36
    digits = string.char(d < 10 and 48 + d or 87 + d) .. digits
    n = (n - d) / 36
  until n == 0
  return digits
end
local function decode(value)
  local r = {string.match(value, ${LINES})}
  r[3] = tonumber(r[3], 36)
  for i = 4, 7 do r[i] = r[3] - 86400000 + tonumber(r[i], 36) end
  return r
end
local function encode(r)
  local s = {unpack(r)}
  s[3] = short(tonumber(r[3]))
  for i = 4, 7 do s[i] = short(r[i] - r[3] + 86400000) end
  return table.concat(s, '\\n', 1, 12) .. '\\n' .. s[13]
end
`;

function library(name: "cjson" | "cmsgpack"): string {
  const [pack, unpack] = name === "cjson" ? ["encode", "decode"] : ["pack", "unpack"];
  return `
local function decode(value) return ${name}.${unpack}(value) end
local function encode(r)
  for i = 2, 7 do r[i] = tonumber(r[i]) end
  return ${name}.${pack}(r)
end
`;
}

export const encodings: readonly Encoding[] = [
  { name: "lines, one pattern (ours)", lua: PATTERN + FROM + SEEN },
  { name: "lines, a search for each", lua: SEARCH + SEEN },
  { name: "lines, one pattern, times as offsets in base 36", lua: SHORT + FROM + SEEN },
  { name: "cjson, an array", lua: library("cjson") + FROM + SEEN },
  { name: "cmsgpack, an array", lua: library("cmsgpack") + FROM + SEEN },
];

/** ARGV: handle, ttl, the record as lines. */
export const store = (lua: string): string => `${lua}
redis.call('HSET', KEYS[1], ARGV[1], from(ARGV[3]))
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 1
`;

/** ARGV: handle, now, last seen, deadline. */
export const touch = (lua: string): string => `${lua}
local r = decode(redis.call('HGET', KEYS[1], ARGV[1]))
if tonumber(ARGV[2]) >= math.min(r[6], r[7]) then return 0 end
r[5] = ARGV[3]
r[6] = ARGV[4]
redis.call('HSET', KEYS[1], ARGV[1], encode(r))
return 1
`;

/** Which session would go. */
export const choose = (lua: string): string => `${lua}
local fields = redis.call('HKEYS', KEYS[1])
local got = redis.call('HMGET', KEYS[1], unpack(fields))
local least, oldest = nil, nil
for i, value in ipairs(got) do
  local deadline, at = seen(value)
  if not least or at < least then least, oldest = at, fields[i] end
end
return oldest
`;
