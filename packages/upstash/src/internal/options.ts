import { ConfigurationError } from "@sojourn/core";
import { checkMs } from "@sojourn/redis/layout";
import type { UpstashStoreOptions } from "../options.ts";

const NAMES: Readonly<Record<keyof UpstashStoreOptions, true>> = {
  prefix: true,
  clock: true,
  keepExpired: true,
  timeLimit: true,
  staleReads: true,
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
      `There is no option ${unknown.join(", ")}. Options: ${Object.keys(NAMES).join(", ")}.`,
    );
  }
  const { clock, staleReads, timeLimit } = options;
  if (timeLimit !== undefined) checkMs("timeLimit", timeLimit);
  if (staleReads !== undefined && staleReads !== "accept") {
    throw new ConfigurationError('staleReads is "accept", or is left out.');
  }
  if (staleReads === "accept" && clock === "server") {
    throw new ConfigurationError(
      'With clock: "server" sessions are read at the primary, so that staleReads has no effect. ' +
        "Leave one of them out.",
    );
  }
}
