export type { UpstashClient } from "./client.ts";
export { upstashStore, type UpstashStoreOptions } from "./upstash-store.ts";
