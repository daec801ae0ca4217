import type { ReplicaTarget } from "@sojourn/core";
import { type RedisClient, redisStore } from "@sojourn/redis";

declare const client: RedisClient;
declare function take(target: ReplicaTarget): void;

take(redisStore(client, { replicable: true }).powers.replica);
// @ts-expect-error -- the power is there only where it was asked for
take(redisStore(client).powers.replica);
// @ts-expect-error -- here it was not
take(redisStore(client, { replicable: false }).powers.replica);
