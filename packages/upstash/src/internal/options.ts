import { ConfigurationError } from "@sojourn/core";
import type { UpstashStoreOptions } from "../upstash-store.ts";

const NAMES: Readonly<Record<keyof UpstashStoreOptions, true>> = {
  clock: true,
  keepExpired: true,
  prefix: true,
  staleReads: true,
  timeLimit: true,
};

/** What the layout does not check itself. */
export function checkOptions(options: UpstashStoreOptions): void {
  if ("durability" in options) {
    throw new ConfigurationError(
      "Upstash has no WAIT, so there is no durability to ask for. Leave it out.",
    );
  }
  const unknown = Object.keys(options).filter((name) => !Object.hasOwn(NAMES, name));
  if (unknown.length > 0) {
    throw new ConfigurationError(
      `${unknown.join(", ")}: unknown. Options: ${Object.keys(NAMES).join(", ")}.`,
    );
  }
  const { clock, staleReads, timeLimit } = options;
  if (staleReads !== undefined && staleReads !== "accept") {
    throw new ConfigurationError('staleReads is "accept", or is left out.');
  }
  if (staleReads === "accept" && clock === "server") {
    throw new ConfigurationError(
      'staleReads has no effect with clock: "server", which reads at the primary. Leave one out.',
    );
  }
  if (timeLimit !== undefined && !(Number.isSafeInteger(timeLimit) && timeLimit > 0)) {
    throw new ConfigurationError(
      `timeLimit is ${String(timeLimit)}. Write a whole number of milliseconds from 1 up, or leave it out.`,
    );
  }
}
