import { setImmediate as turn } from "node:timers/promises";
import type { RedisClient } from "@sojourn/redis";
import type { Proxy, RedisSentinel } from "@sojourn/servers";
import { Cluster, Redis } from "ioredis";
import { Cluster as Cluster5, Redis as Redis5 } from "ioredis-5";
import { createClient, createClientPool, createCluster, createSentinel } from "redis";
import {
  createClient as createClient5,
  createClientPool as createClientPool5,
  createCluster as createCluster5,
  createSentinel as createSentinel5,
} from "redis-5";

/** A client as an application makes it: with its default options, and a listener for errors. */
export interface Connected<Client = RedisClient> {
  readonly client: Client;
  close(): unknown;
}

type Listening = { on(event: "error", listener: () => void): unknown };

export function quiet<Client extends Listening>(client: Client): Client {
  client.on("error", () => {});
  return client;
}

function ioredis<Client extends RedisClient & { disconnect(): void }>(
  client: Client,
): Connected<Client> {
  return { client: quiet(client), close: () => client.disconnect() };
}

async function nodeRedis<
  Client extends RedisClient & {
    readonly isOpen: boolean;
    connect(): Promise<unknown>;
    destroy(): unknown;
  },
>(client: Client): Promise<Connected<Client>> {
  quiet(client);
  await client.connect();
  return { client, close: () => client.isOpen && client.destroy() };
}

/**
 * Ends all connections, and lets the client hear of it: if it is given a command in the very turn of
 * the event loop in which it will hear of a reset, node-redis 5 loses count of its replies and hangs.
 */
export async function sever(proxy: Proxy): Promise<void> {
  await proxy.cut();
  for (let i = 0; i < 5; i++) await turn();
}

export type Connect<To> = (to: To) => Connected | Promise<Connected>;

/** That of node-redis 5 throws from this timer when it was destroyed meanwhile. */
const POOL = { cleanupDelay: 600_000 };

/** To one server on 127.0.0.1. */
export const standalone: Readonly<Record<string, Connect<number>>> = {
  "ioredis 6": (port) => ioredis(new Redis(port)),
  "ioredis 5": (port) => ioredis(new Redis5(port)),
  "node-redis 6": (port) => nodeRedis(createClient({ socket: { port } })),
  "node-redis 5": (port) => nodeRedis(createClient5({ socket: { port } })),
  "a pool of node-redis 6": (port) => nodeRedis(createClientPool({ socket: { port } }, POOL)),
  "a pool of node-redis 5": (port) => nodeRedis(createClientPool5({ socket: { port } }, POOL)),
};

/** What a client has to be told of a cluster: some nodes, and where to find those it hears of. */
export interface ClusterAddress {
  readonly ports: readonly number[];
  /** The port by which to reach the node on this one. */
  portOf?(port: number): number;
}

export const clustered: Readonly<Record<string, Connect<ClusterAddress>>> = {
  "ioredis 6": (to) => ioredis(new Cluster(hosts(to), { natMap: natMap(to) })),
  "ioredis 5": (to) => ioredis(new Cluster5(hosts(to), { natMap: natMap(to) })),
  "node-redis 6": (to) =>
    nodeRedis(createCluster({ rootNodes: sockets(to), nodeAddressMap: natMap(to) })),
  "node-redis 5": (to) =>
    nodeRedis(createCluster5({ rootNodes: sockets(to), nodeAddressMap: natMap(to) })),
};

/** What a client has to be told of a primary that sentinels watch. */
export interface SentinelAddress extends Pick<RedisSentinel, "addresses" | "name"> {
  portOf?(port: number): number;
}

export const throughSentinel: Readonly<Record<string, Connect<SentinelAddress>>> = {
  "ioredis 6": (to) =>
    ioredis(new Redis({ sentinels: [...to.addresses], name: to.name, natMap: natMap(to) })),
  "ioredis 5": (to) =>
    ioredis(new Redis5({ sentinels: [...to.addresses], name: to.name, natMap: natMap(to) })),
  "node-redis 6": (to) => nodeRedis(createSentinel(sentinelOptions(to))),
  "node-redis 5": (to) => nodeRedis(createSentinel5(sentinelOptions(to))),
};

/**
 * Those that slow tests try every time: of each client the newest, alone. The earlier major versions
 * and the pools come with the large numbers; quick tests try all of them always.
 */
export function everyTime<To>(clients: Readonly<Record<string, To>>): [string, To][] {
  const all = Object.entries(clients);
  if (process.env["SOJOURN_FULL"] === "1") return all;
  return all.filter(([name]) => name === "ioredis 6" || name === "node-redis 6");
}

function sentinelOptions(to: SentinelAddress) {
  return { sentinelRootNodes: [...to.addresses], name: to.name, nodeAddressMap: natMap(to) };
}

function hosts({ ports }: ClusterAddress): { host: string; port: number }[] {
  return ports.map((port) => ({ host: "127.0.0.1", port }));
}

function sockets(to: ClusterAddress): { socket: { host: string; port: number } }[] {
  return hosts(to).map((socket) => ({ socket }));
}

/** A fresh object each time: node-redis changes the options of a socket that it was given. */
function natMap({ portOf = (port) => port }: { portOf?(port: number): number }) {
  return (address: string) => ({
    host: "127.0.0.1",
    port: portOf(Number(address.split(":").at(-1))),
  });
}
