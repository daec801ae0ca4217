import type { Store } from "@sojourn/core";
import { redisStore } from "@sojourn/redis";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster } from "redis";

export const CLIENTS = ["ioredis", "redis"] as const;
export type ClientName = (typeof CLIENTS)[number];

/** A client, as its user makes one, and the store over it. */
export interface Connected {
  readonly store: Store;
  get(key: string): Promise<string | null>;
  /** With the time to live that a session needs. */
  set(key: string, value: string): Promise<string | null>;
  addToSet(key: string, member: string): Promise<unknown>;
  close(): Promise<void>;
}

/** Seconds. */
const TTL = 3_600;

/** One port: a server of its own. Several: a Cluster. */
export function connect(name: ClientName, ports: readonly number[]): Promise<Connected> {
  return name === "ioredis" ? connectIoredis(ports) : connectNodeRedis(ports);
}

async function connectIoredis(ports: readonly number[]): Promise<Connected> {
  const nodes = ports.map((port) => ({ host: "127.0.0.1", port }));
  const client = nodes.length === 1 ? new Redis({ ...nodes[0] }) : new Cluster(nodes);
  await client.ping();
  return {
    store: redisStore(client),
    get: (key) => client.get(key),
    set: (key, value) => client.set(key, value, "EX", TTL),
    addToSet: (key, member) => client.sadd(key, member),
    async close() {
      await client.quit();
    },
  };
}

async function connectNodeRedis(ports: readonly number[]): Promise<Connected> {
  const urls = ports.map((port) => ({ url: `redis://127.0.0.1:${port}` }));
  const expiration = { type: "EX", value: TTL } as const;
  if (ports.length === 1) {
    const client = await createClient({ ...urls[0] }).connect();
    return {
      store: redisStore(client),
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value, { expiration }),
      addToSet: (key, member) => client.sAdd(key, member),
      close: () => client.close(),
    };
  }
  const cluster = await createCluster({ rootNodes: urls }).connect();
  return {
    store: redisStore(cluster),
    get: (key) => cluster.get(key),
    set: (key, value) => cluster.set(key, value, { expiration }),
    addToSet: (key, member) => cluster.sAdd(key, member),
    close: () => cluster.close(),
  };
}
