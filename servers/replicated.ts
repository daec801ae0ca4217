import { type Proxy, startProxy } from "./proxy.ts";
import { type RedisServer, startRedis } from "./redis.ts";
import { askText } from "./resp.ts";
import { until } from "./until.ts";

/** A primary and its replica, and between them a line that can be held. */
export interface Replicated {
  readonly primary: RedisServer;
  readonly replica: RedisServer;
  readonly nodes: readonly RedisServer[];
  /** From now on the primary acknowledges what the replica doesn't have. */
  hold(): void;
  /** Lets the replica catch up. Resolves when it has. */
  release(): Promise<void>;
  /** Resolves when the replica has all that the primary has acknowledged so far. */
  synced(): Promise<void>;
  /** REPLICAOF NO ONE: the replica becomes a primary, with what it has. */
  promote(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a primary and a replica, and resolves when the replica is attached. */
export async function startReplicated(): Promise<Replicated> {
  const primary = await startRedis({ args: ["--repl-diskless-sync-delay", "0"] });
  let line: Proxy | undefined;
  let replica: RedisServer | undefined;
  try {
    line = await startProxy(primary.port);
    replica = await startRedis({ args: ["--replicaof", `127.0.0.1 ${line.port}`] });
    const replicated = createReplicated(primary, replica, line);
    await replicated.synced();
    return replicated;
  } catch (error) {
    await Promise.all([primary.stop(), replica?.stop(), line?.stop()]);
    throw error;
  }
}

function createReplicated(primary: RedisServer, replica: RedisServer, line: Proxy): Replicated {
  async function synced(): Promise<void> {
    const from = Number(/master_repl_offset:(\d+)/.exec(await replication(primary))?.[1]);
    await until("the replica has caught up", async () => {
      const attached = (await replication(primary)).includes("state=online");
      const to = Number(/slave_repl_offset:(\d+)/.exec(await replication(replica))?.[1]);
      return attached && to >= from;
    });
  }

  return {
    primary,
    replica,
    nodes: [primary, replica],
    synced,
    hold: () => line.stall(),
    async release() {
      await line.heal();
      await synced();
    },
    async promote() {
      await replica.cli("replicaof", "no", "one");
    },
    async stop() {
      await Promise.all([primary.stop(), replica.stop(), line.stop()]);
    },
  };
}

function replication(server: RedisServer): Promise<string> {
  return askText(server.port, "INFO", "replication");
}
