import { StoreUnavailableError } from "@sojourn/core";
import type { IoredisClient } from "../../client.ts";
import type { RedisReply } from "../../connection.ts";
import { Attempt, type Sender } from "./attempt.ts";
import { commandsOf } from "./ioredis-command.ts";
import { checkKeyPrefix, withKeyPrefix } from "./key-prefix.ts";

interface Cluster extends IoredisClient {
  refreshSlotsCache(): void;
}

/**
 * Not by `call`: that would make pipelines of the commands where the client is set to, and a pipeline
 * is sent again as one piece.
 */
export function connectIoredis(client: IoredisClient, staleReads: boolean): Sender {
  const prefix = checkKeyPrefix(client.options.keyPrefix);
  const createCommand = commandsOf(client);
  // A Cluster client asks again who serves what only when a node says so, and one that hangs says
  // nothing.
  const refresh = () => (client as Cluster).refreshSlotsCache();
  return {
    isAway: () => !client.isCluster && client.status !== "ready",
    send(key, command, attempt = new Attempt()) {
      if (client.status === "end") return Promise.reject(closed());
      if (client.isCluster) attempt.onLate = refresh;
      const [name = "", ...args] = prefix === "" ? command : withKeyPrefix(command, key, prefix);
      // A Cluster client knows reads, which may go to a replica, by their lower-case names only.
      const sent = createCommand(staleReads ? name.toLowerCase() : name, args, attempt);
      return client.sendCommand(sent) as Promise<RedisReply>;
    },
  };
}

function closed(): StoreUnavailableError {
  return new StoreUnavailableError(
    "The Redis client has been closed, or its retry strategy has given up.",
  );
}
