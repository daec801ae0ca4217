import type { Store } from "@sojourn/core";
import type { Environment } from "./environment.ts";
import type { Hashes } from "./passwords.ts";

/** What outlives the process: sessions, and the passwords that were changed. */
export interface Kept {
  readonly store: Store;
  readonly hashes: Hashes;
  readonly secret: string;
  close(): void;
}

/** Opens the file, or goes to Redis. Only what is used is loaded. */
export async function keep({ redisUrl, file, secret }: Environment): Promise<Kept> {
  if (redisUrl !== null) return (await import("./kept-in-redis.ts")).keptInRedis(redisUrl, secret);
  return (await import("./kept-in-file.ts")).keptInFile(file, secret);
}
