import type { NewSessionRecord, SessionLimit } from "@sojourn/core";
import { createHash } from "node:crypto";

/** The core's default. */
export const LIMIT: SessionLimit = { max: 100, onLimit: "evict-least-recent" };

/** The core's default. */
export const MAX_BYTES = 65_536;

const HOUR = 3_600_000;

/** The one key of a session's data, and its text of 200 bytes, another one with each write. */
export const KEY = "note";

export function noteOf(i: number, write: number): string {
  return JSON.stringify(
    `${i} ${write} `.padEnd(198, "The quick brown fox jumps over the lazy dog. "),
  );
}

/** A note for each of so many calls, no two alike: databases do less where nothing changes. */
export function notesOf(calls: number, write: number): string[] {
  return Array.from({ length: calls }, (_, call) => noteOf(call, write));
}

/**
 * The i-th session, as a login makes one: with the hash of one secret more, as after a renewal. A user
 * has `perUser` of them.
 */
export function session(i: number, now: number, perUser = 1): NewSessionRecord {
  const user = Math.floor(i / perUser);
  return {
    partition: random("partition", user).slice(0, 16),
    handle: random("handle", i).slice(0, 22),
    userId: userIdOf(i, perUser),
    credential: [random("secret", i), random("earlier", i)]
      .map((hash) => `${hash}.${now.toString(36)}`)
      .join("||"),
    createdAt: now,
    authenticatedAt: now,
    lastSeenAt: now,
    idleExpiresAt: now + HOUR,
    expiresAt: now + 24 * HOUR,
    policy: "default",
    persistent: false,
    facts: null,
    data: { [KEY]: noteOf(i, 0) },
  };
}

/** 17 characters. */
function userIdOf(i: number, perUser = 1): string {
  return `user-${String(Math.floor(i / perUser)).padStart(12, "0")}`;
}

/** The key that one would take by hand: a name and a random id. */
export function plainKey(i: number): string {
  return `session:${random("id", i).slice(0, 32)}`;
}

/** What one would store by hand. */
export interface PlainSession {
  readonly userId: string | null;
  readonly data: { readonly [KEY]: string };
}

export function plainSession({ userId, data }: NewSessionRecord): PlainSession {
  return { userId, data: { [KEY]: JSON.parse(data[KEY] as string) as string } };
}

/** 43 characters of base64url, the same in every run. */
function random(what: string, i: number): string {
  return createHash("sha256").update(`${what} ${i}`).digest("base64url");
}
