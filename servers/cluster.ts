import {
  type ClusterNode,
  hasSlot,
  inService,
  isComplete,
  layoutOf,
  viewFrom,
} from "./cluster-view.ts";
import { freePort } from "./free-port.ts";
import { migrateSlot, type MoveSlotOptions } from "./migrate-slot.ts";
import { type RedisServer, startAll, startRedis } from "./redis.ts";
import { ask } from "./resp.ts";
import { until } from "./until.ts";

export interface ClusterOptions {
  /** At least 3. */
  readonly primaries?: number;
  /** In all: none, or as many for each primary. */
  readonly replicas?: number;
  /** For every node: `["--cluster-node-timeout", "1000"]`. */
  readonly args?: readonly string[];
}

/** A Redis Cluster on 127.0.0.1. Who is primary and who has which slot is what the nodes say now. */
export interface RedisCluster {
  readonly nodes: readonly RedisServer[];
  primaries(): Promise<RedisServer[]>;
  /** A replica of the primary that listens on this port. */
  replicaOf(port: number): Promise<RedisServer>;
  /** The primary that serves this slot. */
  ownerOf(slot: number): Promise<RedisServer>;
  /** The slot of a key. */
  slotOf(key: string): Promise<number>;
  /** Migrates a slot with its keys to the primary on this port. Resolves when every node knows. */
  moveSlot(slot: number, toPort: number, options?: MoveSlotOptions): Promise<void>;
  /**
   * Makes a replica the primary. In agreement with the primary, so that no write is lost; `FORCE`:
   * without it; `TAKEOVER`: without anybody. Resolves when every node knows.
   */
  failover(replicaPort: number, how?: "FORCE" | "TAKEOVER"): Promise<void>;
  /** Resolves when the nodes that run serve every slot, agree on who does, and replicas follow. */
  healthy(): Promise<void>;
  stop(): Promise<void>;
}

const settings = [
  ["--cluster-enabled", "yes"],
  // After this many ms a silent node is taken for dead. Shorter, and a busy machine makes failovers
  // that no test has asked for.
  ["--cluster-node-timeout", "2000"],
  // A replica gets its copy at once, not after 5 s in which others might ask for the same.
  ["--repl-diskless-sync-delay", "0"],
].flat();

/** Starts a Redis Cluster, and resolves when it serves and every replica is attached. */
export async function startCluster({
  primaries = 3,
  replicas = 3,
  args = [],
}: ClusterOptions = {}): Promise<RedisCluster> {
  const each = replicas / primaries;
  if (!Number.isInteger(each)) throw new Error("Give every primary as many replicas.");
  const nodes = await startAll(
    Array.from({ length: primaries + replicas }, async () =>
      startRedis({ args: [...settings, "--cluster-port", `${await freePort()}`, ...args] }),
    ),
  );
  const cluster = createCluster(nodes);
  try {
    const addresses = nodes.map(({ port }) => `127.0.0.1:${port}`);
    const create = ["--cluster", "create", ...addresses, "--cluster-replicas", `${each}`];
    await nodes[0]?.cli(...create, "--cluster-yes");
    await cluster.healthy();
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  return cluster;
}

function createCluster(nodes: readonly RedisServer[]): RedisCluster {
  const running = () => nodes.filter((node) => node.running);

  /** As the first node that runs sees it. */
  async function view(): Promise<ClusterNode[]> {
    const [node] = running();
    if (node === undefined) throw new Error("No node of the cluster runs.");
    return viewFrom(node.port);
  }

  function serverOf(found: ClusterNode | undefined, what: string): RedisServer {
    const server = nodes.find(({ port }) => port === found?.port);
    if (server === undefined) throw new Error(`The cluster has no ${what}.`);
    return server;
  }

  function find(seen: readonly ClusterNode[], port: number): ClusterNode {
    const node = seen.find((one) => one.port === port);
    if (node === undefined) throw new Error(`The cluster has no node on port ${port}.`);
    return node;
  }

  async function isHealthy(): Promise<boolean> {
    const here = running();
    const ports = new Set(here.map(({ port }) => port));
    const views = await Promise.all(here.map(({ port }) => viewFrom(port)));
    if (!views.every((one) => isComplete(one, ports))) return false;
    if (new Set(views.map((one) => layoutOf(one, ports))).size !== 1) return false;
    const inOrder = await Promise.all(here.map(({ port }, i) => inService(port, views[i] ?? [])));
    return inOrder.every(Boolean);
  }

  async function healthy(): Promise<void> {
    await until("the cluster is healthy", isHealthy, { every: 50 });
  }

  return {
    nodes,
    healthy,
    async primaries() {
      const seen = await view();
      return seen
        .filter(({ isPrimary, failed }) => isPrimary && !failed)
        .map((node) => serverOf(node, "such node"));
    },
    async replicaOf(port) {
      const seen = await view();
      const { id } = find(seen, port);
      const replica = seen.find(({ primaryId, failed }) => primaryId === id && !failed);
      return serverOf(replica, `replica of the node on port ${port}`);
    },
    async ownerOf(slot) {
      const owner = (await view()).find((node) => hasSlot(node, slot));
      return serverOf(owner, `owner of slot ${slot}`);
    },
    async slotOf(key) {
      return Number(await ask(running()[0]?.port ?? 0, "CLUSTER", "KEYSLOT", key));
    },
    async moveSlot(slot, toPort, options) {
      const seen = await view();
      const from = seen.find((node) => hasSlot(node, slot));
      if (from === undefined) throw new Error(`The cluster has no owner of slot ${slot}.`);
      const to = find(seen, toPort);
      await migrateSlot(slot, from, to, options);
      await until(`every node knows of slot ${slot}`, async () => {
        const views = await Promise.all(running().map(({ port }) => viewFrom(port)));
        return views.every((one) => hasSlot(find(one, toPort), slot));
      });
    },
    async failover(replicaPort, how) {
      await ask(replicaPort, "CLUSTER", "FAILOVER", ...(how ? [how] : []));
      await until(`the node on port ${replicaPort} is primary`, async () => {
        const views = await Promise.all(running().map(({ port }) => viewFrom(port)));
        return views.every((one) => find(one, replicaPort).slots.length > 0);
      });
      await healthy();
    },
    async stop() {
      await Promise.all(nodes.map((node) => node.stop()));
    },
  };
}
