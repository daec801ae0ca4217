// For a store that reaches Redis by a client which is not of this package's: @sojourn/upstash. Nothing
// in here knows a runtime or a socket.
export type { RedisConnection, RedisReply } from "./connection.ts";
export type { Attempt, Sender } from "./internal/clients/attempt.ts";
export { guard, type GuardOptions } from "./internal/guard.ts";
export { checkMs } from "./internal/options.ts";
export { createScript, type Script } from "./internal/script.ts";
export type { LayoutOptions, ReplicableOptions } from "./layout-options.ts";
export { createStore, type LayoutPowers } from "./store.ts";
