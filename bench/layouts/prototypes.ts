/**
 * Layouts that were not taken, each with as little as it needs to be measured: no guards, no bound, no
 * poisoned values, no replacement. So they are cheaper here than they would be.
 */

/** What the scripts below have in common. An envelope is a text of lines: deadline, last seen, the rest. */
const COMMON = `
local key, handle, now = KEYS[1], ARGV[1], tonumber(ARGV[2])
local function lines(value)
  local found, n = {}, 0
  for line in string.gmatch(value, '([^\\n]*)\\n') do
    n = n + 1
    found[n] = line
  end
  return found
end
local function oldest(handles, max)
  local candidates = {}
  local got = redis.call('HMGET', key, unpack(handles))
  for i, value in ipairs(got) do
    candidates[i] = {handles[i], tonumber(lines(value)[2])}
  end
  table.sort(candidates, function(a, b)
    if a[2] ~= b[2] then return a[2] < b[2] end
    return a[1] < b[1]
  end)
  return candidates, #candidates + 1 - max
end
`;

/**
 * A hash per partition: \`handle\` is the envelope, \`handle:key\` a key of the data. Which keys there are
 * stands in the envelope's last line: HGETALL would fetch all of the user's sessions.
 * ARGV of create: handle, now, ttl, max, envelope, key, text and so on.
 */
export const FIELDS = {
  create: `${COMMON}
local handles = {}
for _, field in ipairs(redis.call('HKEYS', key)) do
  if #field == 22 then handles[#handles + 1] = field end
end
local max = tonumber(ARGV[4])
if max and #handles >= max then
  local candidates, excess = oldest(handles, max)
  for i = 1, excess do
    local victim = candidates[i][1]
    local gone = {victim}
    for name in string.gmatch(lines(redis.call('HGET', key, victim))[12], '[^,]+') do
      gone[#gone + 1] = victim .. ':' .. name
    end
    redis.call('HDEL', key, unpack(gone))
  end
end
local fields = {handle, ARGV[5]}
for i = 6, #ARGV, 2 do
  fields[#fields + 1] = handle .. ':' .. ARGV[i]
  fields[#fields + 1] = ARGV[i + 1]
end
redis.call('HSET', key, unpack(fields))
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`,
  read: `
local envelope = redis.call('HGET', KEYS[1], ARGV[1])
if not envelope then return nil end
local fields = {}
for name in string.gmatch(string.match(envelope, '^${"[^\\n]*\\n".repeat(11)}([^\\n]*)'), '[^,]+') do
  fields[#fields + 1] = ARGV[1] .. ':' .. name
end
return {envelope, redis.call('HMGET', KEYS[1], unpack(fields))}
`,
  update: `${COMMON}
local envelope = redis.call('HGET', key, handle)
if not envelope then return 0 end
local r = lines(envelope)
if now >= tonumber(r[1]) then return 0 end
r[3] = r[3] + 1
redis.call('HSET', key, handle, table.concat(r, '\\n') .. '\\n', handle .. ':' .. ARGV[3], ARGV[4])
return r[3]
`,
};

/** A hash of envelopes a partition, and a hash of data a session. KEYS: the first, the second. */
export const TWO_HASHES = {
  create: `${COMMON}
local max = tonumber(ARGV[4])
if max and redis.call('HLEN', key) >= max then
  local candidates, excess = oldest(redis.call('HKEYS', key), max)
  for i = 1, excess do
    redis.call('HDEL', key, candidates[i][1])
    -- A key that was not declared.
    redis.call('UNLINK', key .. candidates[i][1])
  end
end
redis.call('HSET', key, handle, ARGV[5])
redis.call('HSET', KEYS[2], unpack(ARGV, 6))
redis.call('PEXPIRE', KEYS[2], ARGV[3])
if redis.call('PTTL', key) < tonumber(ARGV[3]) then redis.call('PEXPIRE', key, ARGV[3]) end
return 1
`,
  read: `
local envelope = redis.call('HGET', KEYS[1], ARGV[1])
return envelope and {envelope, redis.call('HGETALL', KEYS[2])}
`,
  update: `${COMMON}
local envelope = redis.call('HGET', key, handle)
if not envelope then return 0 end
local r = lines(envelope)
if now >= tonumber(r[1]) then return 0 end
r[3] = r[3] + 1
redis.call('HSET', key, handle, table.concat(r, '\\n') .. '\\n')
redis.call('HSET', KEYS[2], ARGV[3], ARGV[4])
return r[3]
`,
};
