import { redisStore } from "@sojourn/redis";
import { type Proxy, type RedisServer, startProxy, startRedis } from "@sojourn/servers";
import { Redis } from "ioredis";
import type { ReplicableStore } from "@sojourn/replicated";

/** A server, and the line to it that all who use it share. */
export interface Line {
  readonly server: RedisServer;
  readonly proxy: Proxy;
  /** A store on a connection of its own, through the line. */
  connect(timeLimit?: number): ReplicableStore;
  close(): Promise<void>;
}

export interface ThreeRedis {
  readonly lines: readonly [Line, Line, Line];
  stop(): Promise<void>;
}

/** Each keeps on disk what it has acknowledged, as a replica must that counts for a majority. */
export async function startThree(): Promise<ThreeRedis> {
  const args = ["--appendonly", "yes", "--appendfsync", "always"];
  const servers = await Promise.all([1, 2, 3].map(() => startRedis({ args })));
  const lines = await Promise.all(servers.map((server) => lineTo(server)));
  return {
    lines: lines as [Line, Line, Line],
    async stop() {
      await Promise.all(lines.map((line) => line.close()));
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

/** `prefix`: keeps this line's sessions apart from another's on the same server. */
export async function lineTo(server: RedisServer, prefix: string = "three:"): Promise<Line> {
  const proxy = await startProxy(server.port);
  const clients: Redis[] = [];
  return {
    server,
    proxy,
    connect(timeLimit = 300) {
      const client = new Redis(proxy.port, "127.0.0.1", { retryStrategy: () => 20 });
      client.on("error", () => {});
      clients.push(client);
      const options = { prefix, timeLimit, keepExpired: 3_600_000, onWarning: () => {} };
      return redisStore(client, { ...options, replicable: true });
    },
    async close() {
      for (const client of clients) client.disconnect();
      await proxy.stop();
    },
  };
}
