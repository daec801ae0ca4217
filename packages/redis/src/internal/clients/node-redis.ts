import { StoreUnavailableError } from "@sojourn/core";
import type {
  Cancellation,
  NodeRedisClient,
  NodeRedisCluster,
  NodeRedisCommandOptions,
  NodeRedisPool,
  NodeRedisSentinel,
} from "../../client.ts";
import type { RedisReply } from "../../connection.ts";
import { Attempt, type Sender } from "./attempt.ts";
import { withKeyPrefix } from "./key-prefix.ts";

/** Replies as they are, whatever type mapping the client has: texts never become buffers. */
const AS_IT_IS = {};

export function connectClient(client: NodeRedisClient | NodeRedisPool, prefix: string): Sender {
  const sender = createSender(client, prefix, (_key, args, options) =>
    client.sendCommand(args, options),
  );
  return "isReady" in client ? { ...sender, isAway: () => !client.isReady } : sender;
}

export function connectCluster(
  client: NodeRedisCluster,
  prefix: string,
  staleReads: boolean,
): Sender {
  const { send } = createSender(client, prefix, (key, args, options) =>
    client.sendCommand(key, staleReads && isRead(args), args, options),
  );
  const rediscover = createRediscover(client);
  return {
    send(key, command, attempt = new Attempt()) {
      const onLate = () => rediscover(prefix + key);
      attempt.onLate = onLate;
      return send(key, command, attempt);
    },
  };
}

/**
 * A Cluster client asks again who serves what only when a node says so, and one that hangs or is gone
 * says nothing: node-redis 5 would try it forever. Without a key, any node is asked, and one that is
 * not the right one says so.
 */
export function createRediscover(client: NodeRedisCluster): (key: string) => void {
  let last: Attempt | undefined;
  return (key) => {
    if (!client.isOpen) return;
    // The one before may have come to the node that is gone; this one comes to another.
    last?.abort();
    last = new Attempt();
    client.sendCommand(undefined, false, ["HMGET", key, ""], optionsOf(last)).catch(() => {});
  };
}

/**
 * A Sentinel client runs a command again when its connection broke, though it may have been run. Said
 * to be aborted from then on, it is not sent again.
 */
export function connectSentinel(
  client: Pick<NodeRedisSentinel, "isOpen" | "sendCommand">,
  prefix: string,
  staleReads: boolean,
): Sender {
  return createSender(
    client,
    prefix,
    (_key, args, options) => client.sendCommand(staleReads && isRead(args), args, options),
    true,
  );
}

function isRead(args: readonly string[]): boolean {
  return args[0] === "HMGET";
}

function createSender(
  client: { readonly isOpen: boolean },
  prefix: string,
  sendCommand: (key: string, args: string[], options: NodeRedisCommandOptions) => Promise<unknown>,
  once = false,
): Sender {
  return {
    send(key, command, attempt = new Attempt()) {
      if (!client.isOpen) return Promise.reject(notConnected());
      const args = prefix === "" ? (command as string[]) : withKeyPrefix(command, key, prefix);
      return sendCommand(prefix + key, args, optionsOf(attempt, once)) as Promise<RedisReply>;
    },
  };
}

/** `once`: not again after it has been written. */
export function optionsOf(attempt: Attempt, once = false): NodeRedisCommandOptions {
  return {
    abortSignal: new WrittenSignal(attempt, once),
    typeMapping: AS_IT_IS,
    timeout: undefined,
  };
}

/**
 * node-redis adds its listener when it queues a command and removes it when it writes it: the only
 * way to learn that. Hence no real `AbortSignal`, which would be dearer too.
 */
class WrittenSignal implements Cancellation {
  readonly #attempt: Attempt;
  readonly #once: boolean;

  constructor(attempt: Attempt, once: boolean) {
    this.#attempt = attempt;
    this.#once = once;
  }

  get aborted(): boolean {
    return this.#attempt.aborted || (this.#once && this.#attempt.written);
  }

  addEventListener(_type: "abort", listener: () => void): void {
    this.#attempt.onAbort = listener;
  }

  removeEventListener(): void {
    this.#attempt.written = true;
    this.#attempt.onAbort = undefined;
  }
}

export function notConnected(): StoreUnavailableError {
  return new StoreUnavailableError(
    "The Redis client is not connected. node-redis does not connect by itself: call " +
      "`await client.connect()` when the application starts, and close it after the store's last use.",
  );
}
