import type { PoweredStore } from "@sojourn/core";
import { createStore, guard, type LayoutPowers } from "@sojourn/redis/layout";
import type { UpstashClient } from "./client.ts";
import { connect } from "./internal/connection.ts";
import { checkOptions } from "./internal/options.ts";
import { atThePrimary } from "./internal/primary.ts";
import { requesterOf } from "./internal/requester.ts";
import type { UpstashStoreOptions } from "./options.ts";

/**
 * Sessions on Upstash, or on whatever else speaks its REST API, through a client of @upstash/redis.
 * Each operation is one HTTP request, sent once, however the client is set.
 */
export function upstashStore(
  client: UpstashClient,
  options: UpstashStoreOptions = {},
): PoweredStore<LayoutPowers> {
  checkOptions(options);
  const { timeLimit, staleReads, ...layout } = options;
  const connection = guard(connect(requesterOf(client)), { timeLimit, timerPerCall: true });
  return createStore(staleReads === "accept" ? connection : atThePrimary(connection), layout);
}
