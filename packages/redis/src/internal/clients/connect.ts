import { ConfigurationError } from "@sojourn/core";
import type {
  IoredisClient,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisPool,
  NodeRedisSentinel,
  RedisClient,
} from "../../client.ts";
import type { Sender } from "./attempt.ts";
import { connectIoredis } from "./ioredis.ts";
import { checkKeyPrefix } from "./key-prefix.ts";
import { connectClient, connectCluster, connectSentinel } from "./node-redis.ts";

export interface ConnectOptions {
  /** "accept": reads may go to replicas, where the client is set to that. */
  readonly staleReads?: "accept" | undefined;
}

/** What a client's members say it is. */
export type Recognised =
  | { readonly kind: "ioredis"; readonly client: IoredisClient }
  | { readonly kind: "client"; readonly client: NodeRedisClient }
  | { readonly kind: "pool"; readonly client: NodeRedisPool }
  | { readonly kind: "cluster"; readonly client: NodeRedisCluster }
  | { readonly kind: "sentinel"; readonly client: NodeRedisSentinel };

/** The client as a connection. One that is none, or reads from replicas, is a ConfigurationError. */
export function connect(client: RedisClient, { staleReads }: ConnectOptions = {}): Sender {
  const found = recognise(client);
  const accept = staleReads === "accept";
  if (!accept && readsFromReplicas(found)) {
    throw new ConfigurationError(
      "The Redis client reads from replicas (scaleReads, useReplicas, readOnly or a replica's role), " +
        "which may show a session after it was revoked. Give the store a client that reads from the " +
        'primary, or say that this will do: staleReads: "accept".',
    );
  }
  if (found.kind === "ioredis") return connectIoredis(found.client, accept);
  const prefix = keyPrefixOf(found);
  switch (found.kind) {
    case "client":
    case "pool":
      return connectClient(found.client, prefix);
    case "cluster":
      return connectCluster(found.client, prefix, accept);
    case "sentinel":
      return connectSentinel(found.client, prefix, accept);
  }
}

/** That of an ioredis client is its own matter: connectIoredis looks there. */
export function keyPrefixOf({ client }: Recognised): string {
  return checkKeyPrefix(member(client, "_keyPrefix"));
}

export function recognise(client: unknown): Recognised {
  if (has(client, "sendCommand", "call", "duplicate") && "isCluster" in client) {
    return { kind: "ioredis", client: client as IoredisClient };
  }
  if (has(client, "sendCommand", "withTypeMapping")) {
    if (has(client, "nodeClient")) return { kind: "cluster", client: client as NodeRedisCluster };
    if (has(client, "acquire")) return { kind: "sentinel", client: client as NodeRedisSentinel };
    if (has(client, "execute")) return { kind: "pool", client: client as NodeRedisPool };
    if (has(client, "duplicate")) return { kind: "client", client: client as NodeRedisClient };
  }
  throw new ConfigurationError(notAClient(client));
}

function notAClient(client: unknown): string {
  if (has(client, "then")) {
    return "redisStore got a promise. Await it first: const client = await createClient(...).connect().";
  }
  if (has(client, "sendCommand", "duplicate") && "isOpen" in client) {
    return "This looks like a client of node-redis 4. Use node-redis 5 or later (npm install redis@latest).";
  }
  return (
    "redisStore takes a client of ioredis 5 or 6 (new Redis(), new Cluster()) or of node-redis 5 or 6 " +
    "(createClient(), createClientPool(), createCluster(), createSentinel()). Pass the client itself, " +
    "neither its options nor a URL, nor a pipeline or a lease of it."
  );
}

function readsFromReplicas({ kind, client }: Recognised): boolean {
  switch (kind) {
    case "ioredis": {
      const { readOnly, role, scaleReads } = client.options;
      return client.isCluster
        ? (scaleReads ?? "master") !== "master"
        : readOnly === true || role === "slave";
    }
    case "client":
      return client.options?.readonly === true;
    case "cluster":
      return member(member(client, "_options"), "useReplicas") === true;
    // What the others are set to is nowhere to be seen. A pool has no replicas; of a Sentinel client
    // every call asks for the primary.
    default:
      return false;
  }
}

function has(value: unknown, ...methods: readonly string[]): value is object {
  return (
    typeof value === "object" &&
    value !== null &&
    methods.every((name) => typeof member(value, name) === "function")
  );
}

function member(value: unknown, name: string): unknown {
  return (value as Record<string, unknown> | null | undefined)?.[name];
}
