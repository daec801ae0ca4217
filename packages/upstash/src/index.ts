export type { UpstashClient } from "./client.ts";
export type { UpstashStoreOptions } from "./options.ts";
export { upstashStore } from "./upstash-store.ts";
