import { type Proxy, startProxy, startRedis, until } from "@sojourn/servers";
import type { Peer, Place } from "../http/peers.ts";
import { startServer } from "../http/server.ts";
import { createVisits, type Visit } from "../http/visits.ts";
import type { Operation } from "../operation.ts";
import { createMeter, perCall } from "../redis/usage.ts";

/** What one request costs between a server and its Redis. */
export interface Traffic {
  readonly visit: Visit;
  /** What Redis ran, also inside of a script: `hget`, `2 set`. */
  readonly commands: readonly string[];
  /** Bytes of payload on the wire, both ways. */
  readonly bytes: number;
  /** Times that an answer of Redis was waited for before the request was answered. */
  readonly roundTrips: number;
}

const COUNTED = 20;

/** ms that each answer of Redis is held back, so that those waited for can be counted. */
const DELAY = 40;
const DELAYED = 5;

/** Counts at one server, with one request at a time. Exact on any machine. */
export async function countTraffic(
  peer: Peer,
  place: Exclude<Place, "memory">,
): Promise<Traffic[]> {
  const redis = await startRedis();
  const proxy = await startProxy(redis.port);
  const meter = createMeter([redis.port]);
  const server = await startServer(peer.file, { redis: proxy.port, client: place });
  const { operations, close } = await createVisits(server.port, peer, 8);

  async function count(operation: Operation): Promise<Omit<Traffic, "visit">> {
    const { run } = operation;
    operation.prepare?.(COUNTED + DELAYED);
    const before = await meter.read();
    proxy.reset();
    for (let call = 0; call < COUNTED; call++) await run(call);
    const bytes = Math.round((proxy.bytesUp + proxy.bytesDown) / COUNTED);
    const { commands } = perCall(before, await meter.read(), COUNTED);
    proxy.delay(DELAY);
    let shortest = Infinity;
    for (let call = COUNTED; call < COUNTED + DELAYED; call++) {
      const start = performance.now();
      await run(call);
      shortest = Math.min(shortest, performance.now() - start);
    }
    proxy.delay(0);
    await operation.finish?.();
    return { commands, bytes, roundTrips: Math.floor(shortest / DELAY) };
  }

  try {
    const found: Traffic[] = [];
    await silence(proxy);
    for (const visit of Object.keys(operations) as Visit[]) {
      found.push({ visit, ...(await count(operations[visit] as Operation)) });
    }
    return found;
  } finally {
    close();
    await server.stop();
    meter.close();
    await proxy.stop();
    await redis.stop();
  }
}

/** What comes once for each session comes in the background: not in the middle of what is counted. */
async function silence(proxy: Proxy): Promise<void> {
  let earlier = -1;
  await until(
    "nothing more moves between server and Redis",
    () => earlier === (earlier = proxy.bytesUp + proxy.bytesDown),
    { every: 200 },
  );
}
