import { ConfigurationError } from "@sojourn/core";

/** Where in a command its one key is. */
function keyIndex(name: string): number {
  return name === "EVALSHA" || name === "EVAL" ? 3 : 1;
}

/**
 * The client's own `keyPrefix` goes before every key, as it does with all other commands: an ACL may
 * demand it, and two applications may rely on it.
 */
export function withKeyPrefix(command: readonly string[], prefix: string): string[] {
  const prefixed = [...command];
  const at = keyIndex(command[0] as string);
  prefixed[at] = prefix + prefixed[at];
  return prefixed;
}

export function checkKeyPrefix(prefix: unknown): string {
  if (prefix === undefined || prefix === null) return "";
  if (typeof prefix === "string") return prefix;
  throw new ConfigurationError(
    "The Redis client has a keyPrefix that is not a string. Give it one that is.",
  );
}
