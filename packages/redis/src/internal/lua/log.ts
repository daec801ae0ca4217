/**
 * For a store that can be copied. Beside what `common.ts` names the hash of a partition then has, per
 * session, its revision (`handle+`), and of one that was ended its tombstone (`handle-`): from when on
 * it may be forgotten.
 *
 * KEYS[2] is the log: refs, and partitions for their stamps, in the order in which they last changed,
 * each once. Its last member is the log's name, so that no other is taken for it. KEYS[3] has the same
 * members by the time from when on nobody need know of them. The last of ARGV is a random text.
 *
 * `key`, `time`, `number`, `record` and `keep` must be there.
 */
export const LOG: string = `
local function name()
  local last = redis.call('ZREVRANGE', KEYS[2], 0, 0, 'WITHSCORES')
  if last[1] and string.sub(last[1], 1, 1) == '!' then return last[1], tonumber(last[2]) end
  local t = redis.call('TIME')
  return '!' .. ARGV[#ARGV] .. '-' .. t[1] .. '-' .. t[2], 0.5
end

local function keepLog(ms)
  ms = math.max(math.ceil(ms), 1)
  for i = 2, 3 do
    if redis.call('PTTL', KEYS[i]) < ms then redis.call('PEXPIRE', KEYS[i], ms) end
  end
end

-- Whose time has come goes, a few for each that comes, so that the log stays bounded.
local function log(member, deadline, now)
  local id, last = name()
  redis.call('ZADD', KEYS[2], last + 0.5, member, last + 1, id)
  redis.call('ZADD', KEYS[3], 'GT', string.format('%.0f', deadline), member)
  if not now then return end
  keepLog(deadline - now + 60000)
  local past = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now), 'LIMIT', 0, 4)
  if #past == 0 then return end
  redis.call('ZREM', KEYS[2], unpack(past))
  redis.call('ZREM', KEYS[3], unpack(past))
end

local partition = string.sub(key, -17, -2)

local function put(handle, revision, deadline, now, slack)
  redis.call('HSET', key, handle .. '+', string.format('%.0f', revision))
  -- A tombstone, should there be one, must not go before its time.
  keep(deadline - now + slack)
  log(partition .. handle, deadline, now)
end

local function wrote(handle, deadline, now, slack)
  local last = number(redis.call('HGET', key, handle .. '+'))
  put(handle, last and math.max(last + 1, now) or now, deadline, now, slack)
end

local function entomb(handle, deadline, now)
  -- In this order: a key that loses its last field loses its TTL, too.
  redis.call('HSET', key, handle .. '-', string.format('%.0f', deadline))
  redis.call('HDEL', key, handle, handle .. '.', handle .. '+')
  log(partition .. handle, deadline, now)
end

-- A session that is there is ended.
local function bury(handle, now)
  local value = redis.call('HGET', key, handle)
  if not value then return end
  local r = record(value)
  -- Of what is no record the deadline is not known, but the key outlives it.
  entomb(handle, r and tonumber(r[EXPIRES]) or time('') + redis.call('PTTL', key), now)
end

local function forgetTombstones(now)
  for _, field in ipairs(redis.call('HKEYS', key)) do
    if #field == HANDLE + 1 and string.sub(field, -1) == '-' then
      local deadline = number(redis.call('HGET', key, field))
      if not deadline or now >= deadline then redis.call('HDEL', key, field) end
    end
  end
end
`;
