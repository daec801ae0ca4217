import type { NewSessionRecord } from "@sojourn/core";

export const NOW = 1_800_000_000_000;
export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;

/** A session of the i-th user, or the i-th anonymous one, alone in its partition. */
export function session(i: number, fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    partition: String(i).padStart(16, "-"),
    handle: `${String(i).padStart(21, "-")}A`,
    userId: `user ${i}`,
    credential: "credential",
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + 24 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

export function anonymous(i: number, fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return session(i, { userId: null, authenticatedAt: null, ...fields });
}
