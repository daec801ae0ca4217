import { ConfigurationError } from "@sojourn/core";
import type { LayoutOptions } from "../layout-options.ts";

/** Throws `ConfigurationError` for what could not work, so that no request is the first to find out. */
export function checkLayout({ prefix, clock, keepExpired }: LayoutOptions): void {
  // Cluster hashes what stands between the first braces: those are the partition's.
  if (prefix !== undefined && (typeof prefix !== "string" || /[{}]/.test(prefix))) {
    throw new ConfigurationError("prefix begins every key, and must hold no brace: shop:, say.");
  }
  if (clock !== undefined && clock !== "application" && clock !== "server") {
    throw new ConfigurationError('clock is "application" or "server".');
  }
  if (keepExpired !== undefined) checkMs("keepExpired", keepExpired);
}

export function checkMs(name: string, value: unknown): void {
  if (Number.isSafeInteger(value) && (value as number) > 0) return;
  throw new ConfigurationError(
    `${name} is ${String(value)}. Write a whole number of milliseconds from 1 up, or leave it out.`,
  );
}
