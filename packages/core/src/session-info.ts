import type { SessionRecord } from "./store.ts";
import { deadlinesInForce, type Policy } from "./timeouts.ts";

/** What a list tells of a session. All times are ms since the epoch. */
export interface SessionInfo {
  readonly handle: string;
  readonly createdAt: number;
  readonly authenticatedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly persistent: boolean;
}

/** The public part of a record, with the deadlines as the policy in force has them. */
export function infoOf(record: SessionRecord, policy: Policy): SessionInfo {
  const { handle, createdAt, authenticatedAt, lastSeenAt, persistent } = record;
  const { idleExpiresAt, expiresAt } = deadlinesInForce(record, policy);
  return { handle, createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt, persistent };
}
