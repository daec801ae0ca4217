import type { NodeRedisCluster } from "../../client.ts";
import type { RedisReply } from "../../connection.ts";
import type { Attempt } from "../clients/attempt.ts";
import { withKeyPrefix } from "../clients/key-prefix.ts";
import { connectCluster, createRediscover, optionsOf } from "../clients/node-redis.ts";
import { hashSlot } from "./hash-slot.ts";
import type { OwnConnection } from "./own-connection.ts";
import {
  closeIf,
  type Connectable,
  createOpen,
  type NodeRedisNode,
  writtenOn,
} from "./own-node-redis.ts";

interface ClusterNode {
  readonly address: string;
}

interface Cluster extends NodeRedisCluster, Connectable {
  readonly slots: readonly ({ readonly master: ClusterNode } | undefined)[];
  readonly nodeByAddress: ReadonlyMap<string, ClusterNode>;
  nodeClient(node: ClusterNode): Promise<NodeRedisNode>;
}

/**
 * A Cluster client of node-redis does not say which node has answered in the end, and WAIT must go
 * there. So redirections are followed here.
 */
export function ownCluster(
  client: NodeRedisCluster,
  prefix: string,
  isOurs: boolean,
): OwnConnection {
  const cluster = client as Cluster;
  const open = createOpen(cluster, isOurs);
  const rediscover = createRediscover(cluster);
  const anywhere = connectCluster(cluster, prefix, false);

  async function primaryOf(slot: number): Promise<NodeRedisNode> {
    const shard = cluster.slots[slot];
    if (shard === undefined) throw new Error("CLUSTERDOWN The slot has no node.");
    return cluster.nodeClient(shard.master);
  }

  return {
    async write(key, command, attempt) {
      await open(attempt);
      const onLate = () => rediscover(prefix + key);
      attempt.onLate = onLate;
      const slot = hashSlot(prefix + key);
      const node = await primaryOf(slot);
      const args = withKeyPrefix(command, key, prefix);
      try {
        return writtenOn(node, await send(node, args, attempt));
      } catch (error) {
        const [code, , address = ""] = error instanceof Error ? error.message.split(" ") : [];
        if (code !== "MOVED" && code !== "ASK") throw error;
        // It was not run there.
        attempt.written = false;
        const importing = cluster.nodeByAddress.get(address);
        if (code === "ASK" && importing !== undefined) {
          const next = await cluster.nodeClient(importing);
          const asking = next.sendCommand(["ASKING"]);
          const [reply] = await Promise.all([send(next, args, attempt), asking]);
          return writtenOn(next, reply);
        }
        // The client learns of the move, and so does primaryOf.
        const reply = await anywhere.send(key, command, attempt);
        return writtenOn(await primaryOf(slot), reply);
      }
    },
    close: () => closeIf(isOurs, cluster),
  };
}

function send(node: NodeRedisNode, args: string[], attempt: Attempt): Promise<RedisReply> {
  return node.sendCommand(args, optionsOf(attempt)) as Promise<RedisReply>;
}
