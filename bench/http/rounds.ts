import { startRedis } from "@sojourn/servers";
import type { Cost } from "../measure.ts";
import { measure } from "../measure.ts";
import type { Operation } from "../operation.ts";
import { progress } from "../progress.ts";
import { type Rounds, runRounds } from "../rounds.ts";
import { type Framework, type Peer, PEERS, type Place } from "./peers.ts";
import type { Scale } from "./scale.ts";
import { type Server, startServer } from "./server.ts";
import { createVisits, type Visit, VISITS } from "./visits.ts";

/** What a request cost. Times in us. */
export interface HttpCost extends Cost {
  /** Of the server's process, all threads together. */
  readonly serverCpu: number;
}

/** What all the servers that keep their sessions in one place have spent on one kind of request. */
export interface Found {
  readonly place: Place;
  readonly peer: Peer;
  readonly visit: Visit;
  readonly rounds: Rounds<HttpCost>;
}

/** All servers run at once, and take turns within each round. */
export async function measurePlace(
  place: Place,
  frameworks: readonly Framework[],
  scale: Scale,
): Promise<Found[]> {
  const peers = PEERS.filter(
    ({ framework, places }) => places.includes(place) && frameworks.includes(framework),
  );
  const redis = place === "memory" ? undefined : await startRedis();
  const servers: Server[] = [];
  const asked: { peer: Peer; visit: Visit; operation: Operation }[] = [];
  const serverOf = new Map<Operation["run"], Server>();
  const closers: (() => void)[] = [];
  try {
    for (const peer of peers) {
      const server = await startServer(
        peer.file,
        redis && { redis: redis.port, client: place === "ioredis" ? "ioredis" : "redis" },
      );
      servers.push(server);
      const { operations, close } = await createVisits(server.port, peer, scale.sessions);
      closers.push(close);
      for (const visit of Object.keys(operations) as Visit[]) {
        const { run, prepare, finish } = operations[visit] as Operation;
        const against = peer.file.endsWith("/bare")
          ? null
          : nameOf(`${peer.framework}/bare`, visit);
        const operation: Operation = {
          name: nameOf(peer.file, visit),
          against,
          run,
          ...(prepare && { prepare }),
          ...(finish && { finish }),
        };
        serverOf.set(run, server);
        asked.push({ peer, visit, operation });
      }
    }
    // One kind of request after the other: what is compared is near in time.
    const visits = Object.keys(VISITS);
    asked.sort((a, b) => visits.indexOf(a.visit) - visits.indexOf(b.visit));
    const rounds = await runRounds(
      asked.map(({ operation }) => operation),
      64,
      scale,
      (run, calls, inFlight) => measureAt(serverOf.get(run) as Server, run, calls, inFlight),
      (round) => progress(`http: ${place}, round ${round}`),
    );
    return asked.map(({ peer, visit }, i) => ({
      place,
      peer,
      visit,
      rounds: rounds[i] as Rounds<HttpCost>,
    }));
  } finally {
    for (const close of closers) close();
    await Promise.all(servers.map((server) => server.stop()));
    await redis?.stop();
  }
}

async function measureAt(
  server: Server,
  run: Operation["run"],
  calls: number,
  inFlight: number,
): Promise<HttpCost> {
  const before = await server.ask("report");
  const cost = await measure(run, calls, inFlight);
  const after = await server.ask("report");
  return { ...cost, serverCpu: (after.cpu - before.cpu) / calls };
}

function nameOf(file: string, visit: Visit): string {
  return `${file} ${visit}`;
}
