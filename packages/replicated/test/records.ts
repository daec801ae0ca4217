import type { NewSessionRecord } from "@sojourn/core";

export const NOW = 1_800_000_000_000;

const HOUR = 3_600_000;

/** A user's session that lives for an hour without activity, and for a day at most. */
export function newRecord(
  partition: string,
  handle: string,
  fields: Partial<NewSessionRecord> = {},
): NewSessionRecord {
  const { createdAt = NOW } = fields;
  return {
    partition,
    handle,
    userId: "ada",
    credential: "hashes",
    createdAt,
    authenticatedAt: createdAt,
    lastSeenAt: createdAt,
    idleExpiresAt: createdAt + HOUR,
    expiresAt: createdAt + 24 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

/** A handle with a name that can be read in a failure. */
export function handle(name: string): string {
  return `${name.slice(0, 21).padEnd(21, "-")}A`;
}
