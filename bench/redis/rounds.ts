import { type RedisServer, startCluster, startRedis } from "@sojourn/servers";
import { type Pace, type Rounds, runRounds } from "../rounds.ts";
import { type ClientName, connect } from "./clients.ts";
import { measureWith, type RedisCost } from "./measure.ts";
import { createOperations } from "./operations.ts";
import { createMeter } from "./usage.ts";

export const TOPOLOGIES = ["standalone", "cluster"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

export interface Scale extends Pace {
  /** How many are stored where memory is measured. */
  readonly sessions: number;
}

export const FULL: Scale = {
  rounds: 21,
  warmUp: 3,
  calls: { 1: 2_000, 64: 10_000 },
  sessions: 50_000,
};

/** Shows that everything runs and answers rightly. */
export const QUICK: Scale = { rounds: 1, warmUp: 1, calls: { 1: 50, 64: 500 }, sessions: 500 };

/** What one client found in one place. */
export interface Run {
  readonly client: ClientName;
  readonly topology: Topology;
  /** The server's version. */
  readonly redis: string;
  readonly rounds: readonly Rounds<RedisCost>[];
}

export async function run(client: ClientName, topology: Topology, scale: Scale): Promise<Run> {
  const { nodes, stop } = await start(topology);
  try {
    const ports = nodes.map(({ port }) => port);
    const connected = await connect(client, ports);
    const meter = createMeter(ports);
    const operations = await createOperations(connected);
    const rounds: Rounds<RedisCost>[] = [];
    for (const inFlight of [1, 64] as const) {
      rounds.push(...(await runRounds(operations, inFlight, scale, measureWith(meter))));
    }
    const redis = await meter.version();
    meter.close();
    await connected.close();
    return { client, topology, redis, rounds };
  } finally {
    await stop();
  }
}

async function start(
  topology: Topology,
): Promise<{ nodes: readonly RedisServer[]; stop: () => Promise<void> }> {
  if (topology === "cluster") return startCluster({ primaries: 3, replicas: 0 });
  const server = await startRedis();
  return { nodes: [server], stop: server.stop };
}
