import { randomBytes } from "node:crypto";
import type { NewSessionRecord, SessionLimit } from "@sojourn/core";

export const NOW = 1_800_000_000_000;
export const HOUR = 3_600_000;

export const FIVE: SessionLimit = { max: 5, onLimit: "evict-least-recent" };
export const REFUSING: SessionLimit = { max: 5, onLimit: "refuse" };

export function somePartition(): string {
  return randomBytes(12).toString("base64url");
}

/** A session of somebody, who has been seen. */
export function someSession(fields: Partial<NewSessionRecord> = {}): NewSessionRecord {
  return {
    partition: somePartition(),
    handle: randomBytes(16).toString("base64url"),
    userId: "ada",
    credential: "credential",
    createdAt: NOW,
    authenticatedAt: NOW,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + 2 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: {},
    ...fields,
  };
}

export async function times<T>(count: number, run: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => run(i)));
}
