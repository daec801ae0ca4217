import { ConfigurationError } from "@sojourn/core";
import type { RedisClient } from "../../client.ts";
import { keyPrefixOf, recognise } from "../clients/connect.ts";
import { ownCluster } from "./own-cluster.ts";
import type { OwnConnection } from "./own-connection.ts";
import { duplicateIoredis, ownIoredis } from "./own-ioredis.ts";
import { ownClient } from "./own-node-redis.ts";
import { ownSentinel } from "./own-sentinel.ts";

/**
 * Connections for WAIT: those of the client that was given for it, which its owner connects and closes,
 * or of a duplicate of the store's.
 */
export function ownConnection(client: RedisClient, given?: RedisClient): OwnConnection {
  return given === undefined ? ownerOf(duplicate(client), true) : ownerOf(given, false);
}

function ownerOf(client: RedisClient, isOurs: boolean): OwnConnection {
  const found = recognise(client);
  if (found.kind === "ioredis") return ownIoredis(found.client, isOurs);
  const prefix = keyPrefixOf(found);
  switch (found.kind) {
    case "client":
      return ownClient(found.client, prefix, isOurs);
    case "cluster":
      return ownCluster(found.client, prefix, isOurs);
    case "sentinel":
      return ownSentinel(found.client, prefix, isOurs);
    default:
      throw notDuplicable();
  }
}

function duplicate(client: RedisClient): RedisClient {
  const found = recognise(client);
  if (found.kind === "ioredis") return duplicateIoredis(found.client);
  if (!("duplicate" in found.client) || typeof found.client.duplicate !== "function") {
    throw notDuplicable();
  }
  // A Sentinel client then tells of every connection to the primary that is lost.
  const options = found.kind === "sentinel" ? { passthroughClientErrorEvents: true } : {};
  const own = found.client.duplicate(options) as RedisClient;
  // Every call reports what goes wrong; without a listener the process would end.
  own.on("error", () => {});
  return own;
}

function notDuplicable(): ConfigurationError {
  return new ConfigurationError(
    "durability needs a connection that nobody else uses, and this client (a pool, or a Sentinel " +
      "client of node-redis 5) gives none. Pass one as durability.client.",
  );
}
