import { ConfigurationError } from "@sojourn/core";

/**
 * The client's own `keyPrefix` goes before every key, as it does with all other commands: an ACL may
 * demand it, and two applications may rely on it.
 */
export function withKeyPrefix(command: readonly string[], key: string, prefix: string): string[] {
  const prefixed = [...command];
  const isScript = command[0] === "EVALSHA" || command[0] === "EVAL";
  const from = isScript ? 3 : command.indexOf(key, 1);
  const count = isScript ? Number(command[2]) : 1;
  if (from < 0) return prefixed;
  for (let i = from; i < from + count; i++) prefixed[i] = prefix + (command[i] as string);
  return prefixed;
}

export function checkKeyPrefix(prefix: unknown): string {
  if (prefix === undefined || prefix === null) return "";
  if (typeof prefix === "string") return prefix;
  throw new ConfigurationError(
    "The Redis client has a keyPrefix that is not a string. Give it one that is.",
  );
}
