import type { KeptClient } from "./client.ts";
import type { Aal, LockReason } from "./events.ts";
import { factsOf, lockOf } from "./internal/live.ts";
import type { Engine } from "./internal/engine.ts";
import type { SessionRecord } from "./store.ts";
import { deadlinesInForce } from "./timeouts.ts";

/** What a list tells of a session. All times are ms since the epoch. */
export interface SessionInfo {
  readonly handle: string;
  readonly createdAt: number;
  readonly authenticatedAt: number | null;
  readonly lastSeenAt: number | null;
  readonly idleExpiresAt: number;
  readonly expiresAt: number;
  readonly persistent: boolean;
  /** The level of the last authentication (NIST SP 800-63B-4); 1 where the application said nothing. */
  readonly aal: Aal;
  /** What the user authenticated with, in the application's words. */
  readonly factors: readonly string[];
  /** What the application calls it: "Work laptop". */
  readonly label: string | null;
  /** Who acts as the user; null: the user. */
  readonly impersonator: string | null;
  /** The client as last seen, in the form that is kept; null: anonymous, or not known. */
  readonly client: KeptClient | null;
  /** Why its user has to authenticate before it can be read; null: it can. */
  readonly locked: LockReason | null;
}

/** A session in a list of its user's. */
export interface ListedSession extends SessionInfo {
  /** Whether it is the one that asks. */
  readonly current: boolean;
}

/** The public part of a record, with the deadlines as the policy in force has them. */
export function infoOf(engine: Engine, record: SessionRecord): SessionInfo {
  const { handle, createdAt, authenticatedAt, lastSeenAt, persistent } = record;
  const { idleExpiresAt, expiresAt } = deadlinesInForce(record, engine.policyOf(record));
  const times = { createdAt, authenticatedAt, lastSeenAt, idleExpiresAt, expiresAt };
  const facts = factsOf(record);
  const { aal, factors, label, impersonator, client } = facts;
  const locked = lockOf(engine, record, facts);
  return { handle, ...times, persistent, aal, factors, label, impersonator, client, locked };
}
