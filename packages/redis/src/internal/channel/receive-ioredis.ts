import type { IoredisClient } from "../../client.ts";
import { checkKeyPrefix } from "../clients/key-prefix.ts";
import { hashSlot } from "../durable/hash-slot.ts";
import type { Hears, Receiver, Receivers } from "./receiver.ts";

interface Ioredis extends IoredisClient {
  readonly options: IoredisClient["options"] & { readonly host?: string; readonly port?: number };
  duplicate(overrides?: object): Ioredis;
  connect(): Promise<void>;
  disconnect(): void;
  ping(): Promise<unknown>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  ssubscribe(channel: string): Promise<unknown>;
  sunsubscribe(channel: string): Promise<unknown>;
  on(event: string, listener: (...args: never[]) => void): unknown;
}

interface Cluster extends IoredisClient {
  /** Of each slot the addresses of its nodes, the primary's first. */
  readonly slots: readonly (readonly string[] | undefined)[];
  nodes(role: "master"): Ioredis[];
}

const OVERRIDES = {
  lazyConnect: true,
  // Reconnecting is ours, and a gap must be told of.
  autoResubscribe: false,
  retryStrategy: null,
  sentinelRetryStrategy: null,
  commandTimeout: undefined,
  // It goes before channels only here, not in the client.
  keyPrefix: "",
};

export function ioredisReceivers(client: IoredisClient): Receivers {
  const keyPrefix = checkKeyPrefix(client.options.keyPrefix);
  const { isCluster } = client;
  return {
    isSharded: isCluster,
    keyPrefix,
    serverOf: (channel) =>
      isCluster ? (client as Cluster).slots[hashSlot(channel)]?.[0] : "the only one",
    dial(server, hears) {
      const node = isCluster ? nodeAt(client as Cluster, server) : (client as Ioredis);
      return dial(node, isCluster, hears);
    },
  };
}

function nodeAt(cluster: Cluster, address: unknown): Ioredis {
  const node = cluster
    .nodes("master")
    .find(({ options: { host, port } }) => `${host}:${port}` === address);
  if (node === undefined) throw new Error("The client has no connection to that node.");
  return node;
}

function dial(node: Ioredis, isSharded: boolean, hears: Hears): Receiver {
  const own = node.duplicate(OVERRIDES);
  const lost = () => hears.lost();
  own.on("error", lost);
  own.on("end", lost);
  // ioredis 6, when a slot has moved; ioredis 5 takes the same for an error.
  own.on("moved", lost);
  own.on(isSharded ? "smessage" : "message", hears.message);
  return {
    ready: own.connect(),
    subscribe: (channel) => (isSharded ? own.ssubscribe(channel) : own.subscribe(channel)),
    unsubscribe: (channel) => (isSharded ? own.sunsubscribe(channel) : own.unsubscribe(channel)),
    ping: () => own.ping(),
    close: () => own.disconnect(),
  };
}
