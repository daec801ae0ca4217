import { type RedisServer, startAll, startRedis } from "./redis.ts";
import { ask, askText, type Reply } from "./resp.ts";
import { until } from "./until.ts";

export interface SentinelOptions {
  /**
   * ms after which a silent primary is taken for dead; default 1,000, not 30,000. Shorter than a busy
   * machine may keep it silent, and a primary that lives loses what it has acknowledged.
   */
  readonly downAfter?: number;
}

/** A primary, two replicas, and three sentinels that watch them. */
export interface RedisSentinel {
  /** What the sentinels call the primary. */
  readonly name: string;
  /** Where the sentinels are, as clients take it. */
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
  readonly sentinels: readonly RedisServer[];
  /** The primary and the replicas. */
  readonly nodes: readonly RedisServer[];
  /** The primary, as the sentinels say now. */
  primary(): Promise<RedisServer>;
  /** Makes a replica the primary, while the old one is well. Resolves to the new one. */
  failover(): Promise<RedisServer>;
  /** Kills the primary, and resolves to the replica that has become it. */
  killPrimary(): Promise<RedisServer>;
  /** Resolves when all sentinels agree on a primary that runs, and all that run follow it. */
  healthy(): Promise<void>;
  stop(): Promise<void>;
}

const name = "main";

// What normally takes place every 2 to 10 s does so several times a second. A machine that is too busy
// to do it is not in "tilt", in which sentinels would only watch for 30 s.
const haste = [
  ["info-period", 200],
  ["publish-period", 200],
  ["ask-period", 200],
  ["tilt-trigger", 60_000],
].flat();

/** Starts them, and resolves when every sentinel knows all others and all replicas. */
export async function startSentinel({
  downAfter = 1000,
}: SentinelOptions = {}): Promise<RedisSentinel> {
  const started: RedisServer[] = [];
  async function start(starting: Promise<RedisServer>[]): Promise<RedisServer[]> {
    const servers = await startAll(starting);
    started.push(...servers);
    return servers;
  }
  try {
    const args = ["--repl-diskless-sync-delay", "0"];
    const [primary] = await start([startRedis({ args })]);
    // In the file, where sentinels write it when they change it, and a node that restarts finds it.
    const replica = { args, config: `replicaof 127.0.0.1 ${primary?.port}` };
    await start([startRedis(replica), startRedis(replica)]);
    const nodes = [...started];
    const config = `
      sentinel monitor ${name} 127.0.0.1 ${primary?.port} 2
      sentinel down-after-milliseconds ${name} ${downAfter}
      sentinel failover-timeout ${name} 5000
    `;
    const sentinels = await start(
      [1, 2, 3].map(() => startRedis({ config, args: ["--sentinel"] })),
    );
    await Promise.all(sentinels.map(({ port }) => ask(port, "SENTINEL", "DEBUG", ...haste)));
    const group = createSentinel(nodes, sentinels);
    await group.healthy();
    return group;
  } catch (error) {
    await Promise.all(started.map((server) => server.stop()));
    throw error;
  }
}

function createSentinel(
  nodes: readonly RedisServer[],
  sentinels: readonly RedisServer[],
): RedisSentinel {
  const running = (servers: readonly RedisServer[]) => servers.filter((server) => server.running);

  /** The port of the primary as each sentinel sees it. */
  async function seen(): Promise<number[]> {
    const asked = running(sentinels).map(async ({ port }) => {
      const address = (await ask(port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)) as Reply[];
      return Number(address[1]);
    });
    return Promise.all(asked);
  }

  async function primary(): Promise<RedisServer> {
    const [port] = await seen();
    const found = nodes.find((node) => node.port === port);
    if (found === undefined) throw new Error("The sentinels know no primary.");
    return found;
  }

  async function isHealthy(): Promise<boolean> {
    const [port = 0, ...others] = await seen();
    const here = running(nodes);
    if (others.some((other) => other !== port) || !here.some((node) => node.port === port)) {
      return false;
    }
    const replication = await askText(port, "INFO", "replication");
    if (!replication.includes("role:master")) return false;
    if (replication.split("state=online").length - 1 !== here.length - 1) return false;
    const told = await Promise.all(running(sentinels).map((sentinel) => isInformed(sentinel.port)));
    return told.every(Boolean);
  }

  async function isInformed(port: number): Promise<boolean> {
    const fields = ((await ask(port, "SENTINEL", "MASTER", name)) as Reply[]).map(String);
    const field = (key: string) => fields[fields.indexOf(key) + 1];
    return (
      field("flags") === "master" &&
      field("num-slaves") === `${nodes.length - 1}` &&
      field("num-other-sentinels") === `${sentinels.length - 1}`
    );
  }

  async function healthy(): Promise<void> {
    await until("the sentinels agree", isHealthy, { every: 50 });
  }

  async function promotion(old: RedisServer): Promise<RedisServer> {
    await until("the sentinels have a new primary", async () => !(await seen()).includes(old.port));
    await healthy();
    return primary();
  }

  return {
    name,
    addresses: sentinels.map(({ port }) => ({ host: "127.0.0.1", port })),
    sentinels,
    nodes,
    primary,
    healthy,
    async failover() {
      const old = await primary();
      const [sentinel] = running(sentinels);
      // Refused while the one before is not quite over.
      await until("the sentinels begin", () =>
        ask(sentinel?.port ?? 0, "SENTINEL", "FAILOVER", name),
      );
      return promotion(old);
    },
    async killPrimary() {
      const old = await primary();
      await old.kill();
      return promotion(old);
    },
    async stop() {
      await Promise.all([...sentinels, ...nodes].map((server) => server.stop()));
    },
  };
}
