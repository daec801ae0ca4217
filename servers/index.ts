export { startCluster, type ClusterOptions, type RedisCluster } from "./cluster.ts";
export { startMariadb, type MariadbOptions, type MariadbServer } from "./mariadb.ts";
export type { MoveSlotOptions } from "./migrate-slot.ts";
export { startNginx, type NginxOptions, type NginxServer } from "./nginx.ts";
export { startPostgres, type PostgresOptions, type PostgresServer } from "./postgres.ts";
export { startProxy, type Direction, type Proxy } from "./proxy.ts";
export { startRedis, type RedisOptions, type RedisServer } from "./redis.ts";
export { startReplicated, type Replicated } from "./replicated.ts";
export { startSentinel, type RedisSentinel, type SentinelOptions } from "./sentinel.ts";
export { until, type Patience } from "./until.ts";
export {
  startUpstashBridge,
  type UpstashAddress,
  type UpstashBridge,
  type UpstashBridgeOptions,
} from "./upstash-bridge.ts";
export type { UpstashOrder, UpstashReport } from "./upstash-control.ts";
