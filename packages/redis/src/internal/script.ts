import { sha1 } from "@noble/hashes/legacy.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { RedisConnection, RedisReply } from "../connection.ts";

/** Runs on these keys and touches no other. On a Cluster it is one: several may not be together. */
export type Script = (
  connection: RedisConnection,
  keys: string | readonly [string, ...string[]],
  args: readonly string[],
) => Promise<RedisReply>;

/**
 * A server knows a script by the SHA-1 of its text, from the first time that it has seen the text
 * until it restarts. So the text travels only where the hash is not known; nothing has run then, which
 * is why trying again is safe.
 */
export function createScript(source: string): Script {
  const text = source.trim();
  const hash = bytesToHex(sha1(utf8ToBytes(text)));
  return async (connection, keys, args) => {
    const [key, ...others] = typeof keys === "string" ? [keys] : keys;
    const rest = [String(1 + others.length), key, ...others, ...args];
    try {
      return await connection.send(key, ["EVALSHA", hash, ...rest]);
    } catch (error) {
      if (!isUnknownScript(error)) throw error;
      return await connection.send(key, ["EVAL", text, ...rest]);
    }
  };
}

function isUnknownScript(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("NOSCRIPT");
}
