import { type RedisClient, redisStore, type RedisStoreOptions } from "@sojourn/redis";
import type { RedisSentinel } from "@sojourn/servers";
import type { Store } from "@sojourn/core";
import { Cluster, Redis } from "ioredis";
import { createClient, createCluster, createSentinel } from "redis";

/** A client as an application makes it, with its own defaults. */
export interface Connected {
  readonly client: RedisClient;
  close(): void;
}

/** How a client is made, and its name. */
export type Connect<Where> = readonly [name: string, connect: (where: Where) => Promise<Connected>];

export const standalone: readonly Connect<number>[] = [
  ["ioredis", async (port) => ofIoredis(new Redis(port, "127.0.0.1"))],
  ["node-redis", async (port) => ofNodeRedis(createClient({ url: urlOf(port) }))],
];

export const clustered: readonly Connect<readonly number[]>[] = [
  [
    "ioredis",
    async (ports) => ofIoredis(new Cluster(ports.map((port) => ({ host: "127.0.0.1", port })))),
  ],
  [
    "node-redis",
    async (ports) =>
      ofNodeRedis(createCluster({ rootNodes: ports.map((port) => ({ url: urlOf(port) })) })),
  ],
];

export const watched: readonly Connect<RedisSentinel>[] = [
  [
    "ioredis",
    async ({ name, addresses }) => ofIoredis(new Redis({ name, sentinels: [...addresses] })),
  ],
  [
    "node-redis",
    async ({ name, addresses }) =>
      ofNodeRedis(createSentinel({ name, sentinelRootNodes: [...addresses] })),
  ],
];

/** A store of a process of its own. Its client is closed by what is given to `atEnd`. */
export async function open<Where>(
  connect: (where: Where) => Promise<Connected>,
  where: Where,
  options: RedisStoreOptions,
  atEnd: (close: () => void) => void,
): Promise<Store> {
  const { client, close } = await connect(where);
  atEnd(close);
  return redisStore(client, options);
}

/** For a look at the end: it waits as long as it takes. */
export const PATIENT: RedisStoreOptions = { timeLimit: 10_000 };

function urlOf(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

function ofIoredis(client: Redis | Cluster): Connected {
  // Without a listener it prints what the store reports.
  client.on("error", () => {});
  return { client, close: () => client.disconnect() };
}

async function ofNodeRedis<
  Client extends RedisClient & { connect(): Promise<unknown>; destroy(): unknown },
>(client: Client): Promise<Connected> {
  client.on("error", () => {});
  await client.connect();
  return { client, close: () => void client.destroy() };
}
