export { createStore, type LayoutOptions } from "./store.ts";
export type { RedisConnection, RedisReply } from "./connection.ts";
