import type { Store, StorePowers } from "@sojourn/core";
import type { Environment } from "./environment.ts";
import type { Hashes } from "./passwords.ts";

/** What outlives the process: sessions, and the passwords that were changed. */
export interface Kept {
  readonly store: Store;
  readonly hashes: Hashes;
  readonly secret: string;
  /** How many sessions are live, where it can be told. */
  readonly countSessions?: () => number;
  close(): void;
}

/** Opens the file, or goes to Redis. Only what is used is loaded. */
export async function keep({ redisUrl, file, secret }: Environment): Promise<Kept> {
  if (redisUrl !== null) return (await import("./kept-in-redis.ts")).keptInRedis(redisUrl, secret);
  return (await import("./kept-in-file.ts")).keptInFile(file, secret);
}

/** What several servers on one store tell each other with. Undefined: a file tells nobody. */
export function sharedBy({ powers }: Store): StorePowers | undefined {
  return powers?.channel === undefined ? undefined : powers;
}
