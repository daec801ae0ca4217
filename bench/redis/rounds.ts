import { type RedisServer, startCluster, startRedis } from "@sojourn/servers";
import { type ClientName, connect } from "./clients.ts";
import { type Cost, measure } from "./measure.ts";
import { createOperations, type Operation } from "./operations.ts";
import { createMeter, type Meter } from "./usage.ts";

export const TOPOLOGIES = ["standalone", "cluster"] as const;
export type Topology = (typeof TOPOLOGIES)[number];

const IN_FLIGHT = [1, 64] as const;
type InFlight = (typeof IN_FLIGHT)[number];

export interface Scale {
  /** How many rounds count, after how many that do not. */
  readonly rounds: number;
  readonly warmUp: number;
  /** Of each operation in a round. */
  readonly calls: Readonly<Record<InFlight, number>>;
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
  readonly rounds: readonly Rounds[];
}

/** What an operation cost, round by round. */
export interface Rounds {
  readonly inFlight: InFlight;
  readonly operation: string;
  readonly against: string | null;
  readonly costs: Cost[];
}

export async function run(client: ClientName, topology: Topology, scale: Scale): Promise<Run> {
  const { nodes, stop } = await start(topology);
  try {
    const ports = nodes.map(({ port }) => port);
    const connected = await connect(client, ports);
    const meter = createMeter(ports);
    const operations = await createOperations(connected);
    const rounds: Rounds[] = [];
    for (const inFlight of IN_FLIGHT) {
      rounds.push(...(await runRounds(operations, inFlight, scale, meter)));
    }
    const redis = await meter.version();
    meter.close();
    await connected.close();
    return { client, topology, redis, rounds };
  } finally {
    await stop();
  }
}

/** Every operation in every round: what disturbs a round disturbs all of them. */
async function runRounds(
  operations: readonly Operation[],
  inFlight: InFlight,
  { rounds, warmUp, calls }: Scale,
  meter: Meter,
): Promise<Rounds[]> {
  const found = operations.map((operation): [Operation, Rounds] => [
    operation,
    { inFlight, operation: operation.name, against: operation.against, costs: [] },
  ]);
  for (let round = 0; round < warmUp + rounds; round++) {
    // Another one begins the next round, so that none always comes after the same one.
    const first = round % operations.length;
    for (const [operation, { costs }] of [...found.slice(first), ...found.slice(0, first)]) {
      const cost = await measure(operation, calls[inFlight], inFlight, meter);
      if (round >= warmUp) costs.push(cost);
    }
  }
  return found.map(([, all]) => all);
}

async function start(
  topology: Topology,
): Promise<{ nodes: readonly RedisServer[]; stop: () => Promise<void> }> {
  if (topology === "cluster") return startCluster({ primaries: 3, replicas: 0 });
  const server = await startRedis();
  return { nodes: [server], stop: server.stop };
}
