import { ConfigurationError } from "@sojourn/core";
import { recognise } from "./clients/connect.ts";

/** Throws `ConfigurationError` for what is no answer, or on a Cluster a yes. */
export function checkReplicable(replicable: unknown, client: unknown): void {
  if (replicable !== undefined && typeof replicable !== "boolean") {
    throw new ConfigurationError("replicable is true or false.");
  }
  const found = recognise(client);
  const isCluster = found.kind === "ioredis" ? found.client.isCluster : found.kind === "cluster";
  if (replicable !== true || !isCluster) return;
  throw new ConfigurationError(
    "replicable needs sessions and a log of them in one slot, which a Redis Cluster does not have. " +
      "Leave it out: a Cluster has replicas of its own. Or give the store a standalone Redis.",
  );
}
