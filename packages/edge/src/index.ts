export { bun, type BunServer } from "./bun.ts";
export { deno, type DenoServeInfo } from "./deno.ts";
export type { EdgeClient, EdgeOptions, Given } from "./serve.ts";
export { workers, type WorkersContext } from "./workers.ts";
