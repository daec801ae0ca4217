import type { Channel, PoweredStore, ReplicaTarget } from "@sojourn/core";
import type { RedisClient } from "./client.ts";
import { createChannel } from "./internal/channel/channel.ts";
import { connect } from "./internal/clients/connect.ts";
import { type Durability, durable } from "./internal/durable.ts";
import { guard } from "./internal/guard.ts";
import { checkMs } from "./internal/options.ts";
import { checkReplicable } from "./internal/replicable.ts";
import { startCheck } from "./internal/start-check.ts";
import type { LayoutOptions, ReplicableOptions } from "./layout-options.ts";
import { createStore, DEFAULT_PREFIX, type LayoutPowers } from "./store.ts";

export interface RedisStoreOptions extends LayoutOptions, ReplicableOptions {
  /**
   * ms that one call may take; default 1,000. Then it rejects with `StoreUnavailableError`. After three
   * such calls in a row the next ones do so at once, but for one a second that tries.
   */
  readonly timeLimit?: number;
  /**
   * `accept`: the client may read from replicas (`scaleReads`, `useReplicas`). Then a session may be
   * seen for a while after it was revoked. Without it such a client is refused.
   */
  readonly staleReads?: "accept";
  /**
   * Logins, renewals, rotations and revocations wait until replicas have them (`WAIT`). Without it, a
   * revocation that was acknowledged can be undone by a failover.
   */
  readonly durability?: Durability;
  /** Hears, once, what is wrong with the server's settings; default `console.warn`. */
  readonly onWarning?: (message: string) => void;
}

export interface RedisPowers extends LayoutPowers {
  /**
   * Over pub/sub; on a Cluster sharded, so that a message goes to one shard only (Redis 7 or later).
   * Subscriptions have connections of their own, duplicates of your client's, one to each server that
   * is listened to: made for the first subscription there, and closed with the last. To Redis's
   * pub/sub all databases of a server are one: `prefix` keeps applications apart.
   */
  readonly channel: Channel;
}

export interface RedisStore<Powers extends RedisPowers = RedisPowers> extends PoweredStore<Powers> {
  /**
   * Ends all subscriptions, waits for what is under way and closes the store's own connections. The
   * client is yours.
   */
  close(): Promise<void>;
}

/** Of `replicable: true`. */
export interface ReplicableRedisPowers extends RedisPowers {
  readonly replica: ReplicaTarget;
}

/**
 * Sessions on Redis 6.2 or later: standalone, Sentinel or Cluster. The client is yours, of ioredis or
 * node-redis; it is connected and closed by you.
 */
export function redisStore(
  client: RedisClient,
  options: RedisStoreOptions & { readonly replicable: true },
): RedisStore<ReplicableRedisPowers>;
export function redisStore(client: RedisClient, options?: RedisStoreOptions): RedisStore;
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): RedisStore {
  const { timeLimit = 1_000, prefix = DEFAULT_PREFIX, durability, replicable } = options;
  checkMs("timeLimit", timeLimit);
  checkReplicable(replicable, client);
  const connection = startCheck(guard(connect(client, options), { timeLimit }), options);
  const own = durability === undefined ? null : durable(client, durability, { timeLimit });
  const store = createStore(connection, options, own?.connection);
  const channel = createChannel(client, connection, { prefix, timeLimit });

  return {
    ...store,
    powers: { ...store.powers, channel },
    async close() {
      channel.close();
      await own?.close();
    },
  };
}
