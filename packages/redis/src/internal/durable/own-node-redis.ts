import type { NodeRedisClient } from "../../client.ts";
import type { RedisReply } from "../../connection.ts";
import type { Attempt } from "../clients/attempt.ts";
import { connectClient, notConnected, optionsOf } from "../clients/node-redis.ts";
import { lost, type OwnConnection, type Written } from "./own-connection.ts";

/** What all clients of node-redis have. */
export interface Connectable {
  readonly isOpen: boolean;
  connect(): Promise<unknown>;
  close(): Promise<void>;
}

/** One connection to one server. */
export interface NodeRedisNode extends NodeRedisClient, Connectable {
  /** Counts the connections it has had. */
  readonly socketEpoch: number;
}

/** Connects a client at its first use, if it is ours, and waits until it is. */
export function createOpen(
  client: Connectable,
  isOurs: boolean,
): (attempt: Attempt) => Promise<void> {
  let opening: Promise<unknown> | null = null;
  return async (attempt) => {
    if (isOurs && opening === null && !client.isOpen) {
      opening = client.connect().finally(() => (opening = null));
      // Whoever waits hears of it; nobody may be left to.
      opening.catch(() => {});
    }
    await opening;
    if (!client.isOpen) throw notConnected();
    if (attempt.aborted) throw lost();
  };
}

const sessions = new WeakMap<object, { epoch: number; on: object }>();

/** The connection that a node's client has now. */
export function writtenOn(node: NodeRedisNode, reply: RedisReply): Written {
  const epoch = epochOf(node);
  let session = sessions.get(node);
  if (session?.epoch !== epoch) sessions.set(node, (session = { epoch, on: {} }));
  return {
    reply,
    on: session.on,
    async wait(command, attempt) {
      const isStill = () => epoch === epochOf(node);
      if (!isStill()) throw lost();
      const reached = await node.sendCommand([...command], optionsOf(attempt));
      if (!isStill()) throw lost();
      return reached as RedisReply;
    },
  };
}

/**
 * What was queued is written as soon as there is a connection, and is answered before it is counted:
 * until then it is nobody's, and NaN equals nothing.
 */
function epochOf(node: NodeRedisNode): number {
  return node.isReady ? node.socketEpoch : NaN;
}

export function ownClient(client: NodeRedisClient, prefix: string, isOurs: boolean): OwnConnection {
  const node = client as NodeRedisNode;
  const open = createOpen(node, isOurs);
  const sender = connectClient(node, prefix);
  return {
    async write(key, command, attempt) {
      await open(attempt);
      return writtenOn(node, await sender.send(key, command, attempt));
    },
    close: () => closeIf(isOurs, node),
  };
}

export async function closeIf(isOurs: boolean, client: Connectable): Promise<void> {
  if (isOurs && client.isOpen) await client.close();
}
