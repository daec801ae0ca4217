import { NAMES, RECORD, TIME } from "./common.ts";

/** ARGV: handle. What is live by the server's clock, as `HMGET` would give it. */
export const READ: string = `${NAMES}${TIME}${RECORD}
local found = redis.call('HMGET', key, ARGV[1], ARGV[1] .. '.')
local r, due = record(found[1])
if r and time('') >= due then return {false, false} end
return found
`;
