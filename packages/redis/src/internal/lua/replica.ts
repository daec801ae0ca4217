import { KEEP, NAMES, RECORD, TIME } from "./common.ts";
import { LOG } from "./log.ts";

/** ARGV: now, then handles. Gives the time by which to judge, the stamp, and four fields a handle. */
export const STATES: string = `${NAMES}${TIME}
local found = {string.format('%.0f', time(ARGV[1])), redis.call('HGET', key, '!')}
for from = 2, #ARGV, CHUNK do
  local fields = {}
  for i = from, math.min(from + CHUNK - 1, #ARGV) do
    for _, kind in ipairs({'', '.', '+', '-'}) do fields[#fields + 1] = ARGV[i] .. kind end
  end
  for _, value in ipairs(redis.call('HMGET', key, unpack(fields))) do found[#found + 1] = value end
end
return found
`;

const PARTS = `${NAMES}${TIME}${RECORD}${KEEP}${LOG}`;

/**
 * The state of a session, a record or (with no value) a tombstone. ARGV: now, slack, handle, deadline,
 * value or '', data or '', revision, random text. Gives whether something changed.
 */
export const APPLY: string = `${PARTS}
local now, slack, handle = time(ARGV[1]), ARGV[2], ARGV[3]
local deadline, value = tonumber(ARGV[4]), ARGV[5]
local there = redis.call('HMGET', key, handle, handle .. '+', handle .. '-')
local r = record(there[1])
local tombstone = number(there[3])
if tombstone and now >= tombstone then tombstone = nil end

if value == '' or tombstone then
  local met = math.max(tombstone or 0, r and tonumber(r[EXPIRES]) or 0)
  local latest = math.max(deadline, met)
  if not there[1] and (latest == met or now >= latest) then return 0 end
  entomb(handle, latest, now)
  keep(latest - now + slack)
  return 1
end

local new, newDue = record(value)
if not new or now >= newDue then return 0 end
if r and tonumber(ARGV[7]) <= (number(there[2]) or 0) then return 0 end
redis.call('HSET', key, handle, value)
if ARGV[6] == '' then
  redis.call('HDEL', key, handle .. '.', handle .. '-')
else
  redis.call('HSET', key, handle .. '.', ARGV[6])
  redis.call('HDEL', key, handle .. '-')
end
put(handle, tonumber(ARGV[7]), deadline, now, slack)
return 1
`;

/** ARGV: now, notBefore, how long it is kept, random text. Gives whether it is later than what is there. */
export const APPLY_STAMP: string = `${PARTS}
local now, before = time(ARGV[1]), number(redis.call('HGET', key, '!'))
if before and before >= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', key, '!', ARGV[2])
keep(ARGV[3])
log(partition, now + ARGV[3], now)
return 1
`;

/**
 * ARGV: name and place of the cursor or '' twice, how many at most, how long the log is kept, random
 * text. Gives nothing for a cursor that is not of this log; else the log's name, the place of the last
 * change, and members and places by turns.
 *
 * The name that is given has the server's replication id in it, another after a restart or a failover:
 * what was told before may have been lost, and its places taken by something else.
 */
export const CHANGES: string = `${PARTS}
local id, last = name()
local history = id .. '-' .. (string.match(redis.call('INFO', 'replication'), 'master_replid:(%w+)') or '')
local after = 0
if ARGV[1] ~= '' then
  after = tonumber(ARGV[2])
  if history ~= ARGV[1] or after > last then return {} end
elseif last == 0.5 then
  -- So that there is something to go on from.
  redis.call('ZADD', KEYS[2], last, id)
end
keepLog(ARGV[4])
local found = redis.call('ZRANGEBYSCORE', KEYS[2], string.format('(%.0f', after), '+inf', 'WITHSCORES', 'LIMIT', 0, ARGV[3])
table.insert(found, 1, string.format('%.0f', last - 0.5))
table.insert(found, 1, history)
return found
`;
