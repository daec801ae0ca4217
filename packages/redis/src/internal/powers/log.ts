import type { RedisConnection, RedisReply } from "../../connection.ts";
import type { Script } from "../script.ts";

/** What changed, for who follows. The scripts that write sessions write it in the same step. */
export interface Log {
  /** A script that changes what is under a key, and tells the log. */
  telling(script: Script): Script;
  /** A script that looks at the log alone. */
  read(script: Script, connection: RedisConnection, args: readonly string[]): Promise<RedisReply>;
}

export function createLog(prefix: string): Log {
  const keys = [`${prefix}log`, `${prefix}log:deadlines`] as const;
  let drawn: string | undefined;

  /** What names a log, should there be none. Not drawn before it is needed: see Workers. */
  function random(): string {
    drawn ??= Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join(
      "",
    );
    return drawn;
  }

  return {
    telling: (script) => (connection, key, args) =>
      script(connection, [String(key), ...keys], [...args, random()]),
    read: (script, connection, args) => script(connection, [keys[0], ...keys], [...args, random()]),
  };
}
