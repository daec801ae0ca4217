import { randomBytes } from "node:crypto";
import type { NewSessionRecord, SessionLimit, SessionRef } from "@sojourn/core";

/** A user and the sessions that anybody has tried to make for them. */
export interface User {
  readonly partition: string;
  readonly limit: SessionLimit;
  readonly all: SessionRef[];
  /** Handles of those that nobody has seen end. */
  readonly live: Set<string>;
}

const USERS = 4;
const MAX = 3;
const HOUR = 3_600_000;

/** ms that a session of the short kind lives if it is not touched; and twice that if it is. */
const SHORT = 10;

/** Real time, as a server has it; it does not go back when somebody sets the system's clock. */
export function clock(): number {
  return Math.floor(performance.timeOrigin + performance.now());
}

/** Some are refused when they have too many sessions, and others lose old ones. */
export function createUsers(): readonly User[] {
  return Array.from({ length: USERS }, (_, i) => ({
    partition: randomBytes(12).toString("base64url"),
    limit: { max: MAX, onLimit: i % 2 === 0 ? "evict-least-recent" : "refuse" },
    all: [],
    live: new Set(),
  }));
}

/** A new session of theirs. The first letter of its handle says of which kind it is. */
export function newRecord(
  { partition, all }: User,
  authenticatedAgo: number,
  kind: "long" | "short",
): NewSessionRecord {
  const handle = kind.slice(0, 1) + randomBytes(16).toString("base64url").slice(1);
  const now = clock();
  all.push({ partition, handle });
  return {
    partition,
    handle,
    userId: "user",
    credential: `of ${handle}`,
    createdAt: now,
    authenticatedAt: now - authenticatedAgo,
    lastSeenAt: now,
    idleExpiresAt: now + lifeOf({ handle }),
    expiresAt: now + 2 * lifeOf({ handle }),
    policy: "default",
    persistent: false,
    facts: null,
    data: { first: `"${handle}"` },
  };
}

/** ms from a touch to the end of a session. */
export function lifeOf({ handle }: Pick<SessionRef, "handle">): number {
  return handle.startsWith("s") ? SHORT : HOUR;
}
