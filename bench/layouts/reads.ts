import { figure, spreadFigure, ratioFigure, table } from "../table.ts";
import { ours } from "./hash-per-partition.ts";
import { twoHashes } from "./hashes.ts";
import { MAX } from "./layout.ts";
import { compareCpu, type RoundOptions } from "./rounds.ts";
import { json, NOW, sampleRecord } from "./sample.ts";
import { inFlight, type Server } from "./server.ts";

const SESSIONS = 5_000;
const records = Array.from({ length: SESSIONS }, (_, i) => sampleRecord(i, 5));

const BODY = "return redis.call('HMGET', KEYS[1], ARGV[1], ARGV[1] .. '.')";
const LIBRARY = `#!lua name=reading
redis.register_function{function_name='reading', flags={'no-writes'}, callback=function(KEYS, ARGV) ${BODY} end}
`;

/** Ways of reading one session. The first five read the same hash. */
export async function reads(server: Server, options: RoundOptions): Promise<string> {
  await server.empty();
  const { client } = server;
  const [one, two] = [await ours.open(server, "one:"), await twoHashes.open(server, "two:")];
  await inFlight(SESSIONS, 64, async (i) => {
    const record = records[i] as (typeof records)[0];
    await one.create(record, NOW, MAX);
    await two.create(record, NOW, MAX);
    await client.set(record.handle, json(record), "PX", 3_600_000);
  });
  const hash = (await client.script("LOAD", BODY)) as string;
  await client.call("FUNCTION", "LOAD", "REPLACE", LIBRARY);
  const at = (i: number, prefix = "one:") => {
    const { partition, handle } = records[(i * 7_919) % SESSIONS] as (typeof records)[0];
    return { key: `${prefix}{${partition}}`, handle };
  };
  const ways: Record<string, (i: number) => Promise<unknown>> = {
    "GET of the same JSON": (i) => client.get(at(i).handle),
    "HMGET (ours)": (i) => {
      const { key, handle } = at(i);
      return client.call("HMGET", key, handle, `${handle}.`);
    },
    "EVALSHA of HMGET": (i) => {
      const { key, handle } = at(i);
      return client.call("EVALSHA", hash, 1, key, handle);
    },
    "EVALSHA_RO of HMGET": (i) => {
      const { key, handle } = at(i);
      return client.call("EVALSHA_RO", hash, 1, key, handle);
    },
    "FCALL_RO of HMGET": (i) => {
      const { key, handle } = at(i);
      return client.call("FCALL_RO", "reading", 1, key, handle);
    },
    "pipeline of HGET and HGETALL": (i) => {
      const { key, handle } = at(i, "two:");
      return client
        .pipeline()
        .hget(key, handle)
        .hgetall(key + handle)
        .exec();
    },
    "MULTI, HGET, HGETALL, EXEC": (i) => {
      const { key, handle } = at(i, "two:");
      return client
        .multi()
        .hget(key, handle)
        .hgetall(key + handle)
        .exec();
    },
  };
  const contenders = Object.entries(ways).map(([name, run]) => ({ name, run }));
  const found = await compareCpu(server, contenders, options);
  await client.call("FUNCTION", "FLUSH");
  await server.empty();
  return table(
    ["read", "us of CPU", "by GET"],
    found.map(({ name, us, ratio }) => [name, figure(us), spreadFigure(ratio, ratioFigure)]),
  );
}
