import type { RedisConnection } from "../connection.ts";

export interface StartCheckOptions {
  /** Hears what an operator should mend; default `console.warn`. */
  readonly onWarning?: ((message: string) => void) | undefined;
}

/**
 * The same connection. When the server has first answered, it is asked in the background whether it
 * can keep sessions at all. Where that may not be asked (an ACL without INFO), nothing is said.
 */
export function startCheck(
  connection: RedisConnection,
  { onWarning = warnOnConsole }: StartCheckOptions = {},
): RedisConnection {
  let checked = false;

  async function check(key: string): Promise<void> {
    const memory = infoOf(await connection.send(key, ["INFO", "memory"]));
    const policy = memory.get("maxmemory_policy") ?? "noeviction";
    if (Number(memory.get("maxmemory")) > 0 && policy !== "noeviction") {
      onWarning(
        `Redis evicts keys when its memory is full (maxmemory-policy ${policy}): sessions would end ` +
          "without notice, and revocations be forgotten. Set maxmemory-policy noeviction, or give " +
          "the sessions a Redis of their own.",
      );
    }
    const replication = infoOf(await connection.send(key, ["INFO", "replication"]));
    if (replication.get("role") === "slave") {
      onWarning(
        "The Redis client is connected to a replica: nothing can be written there, and what is read " +
          "may be old. Connect it to the primary, or through Sentinel.",
      );
    }
  }

  return {
    send(key, command) {
      const reply = connection.send(key, command);
      if (checked) return reply;
      return reply.then((first) => {
        if (!checked) check(key).catch(() => {});
        checked = true;
        return first;
      });
    },
  };
}

function infoOf(reply: unknown): ReadonlyMap<string, string> {
  const lines = typeof reply === "string" ? reply.split("\r\n") : [];
  return new Map(lines.map((line) => line.split(":", 2) as [string, string]));
}

function warnOnConsole(message: string): void {
  // The one place where the store speaks by itself; `onWarning` silences it.
  // oxlint-disable-next-line no-console
  console.warn(`Sojourn: ${message}`);
}
