import type { PoweredStore } from "@sojourn/core";
import type { RedisClient } from "./client.ts";
import { connect } from "./internal/clients/connect.ts";
import { guard } from "./internal/guard.ts";
import { checkMs } from "./internal/options.ts";
import { createStore, type LayoutOptions, type LayoutPowers } from "./store.ts";

export interface RedisStoreOptions extends LayoutOptions {
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
}

/**
 * Sessions on Redis 6.2 or later: standalone, Sentinel or Cluster. The client is yours, of ioredis or
 * node-redis; it is connected and closed by you.
 */
export function redisStore(
  client: RedisClient,
  options: RedisStoreOptions = {},
): PoweredStore<LayoutPowers> {
  const { timeLimit = 1_000 } = options;
  checkMs("timeLimit", timeLimit);
  return createStore(guard(connect(client, options), { timeLimit }), options);
}
