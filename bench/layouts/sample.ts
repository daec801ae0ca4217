import { createHash } from "node:crypto";
import type { NewSessionRecord } from "@sojourn/core";

export const NOW = 1_800_000_000_000;
export const HOUR = 3_600_000;

/** The same ones in every run: what is measured must not hang on what is drawn. */
function id(what: string, i: number, length: number): string {
  return createHash("sha256").update(`${what} ${i}`).digest("base64url").slice(0, length);
}

/** The i-th session, of a user who has `perUser`, with that many bytes of keys and texts. */
export function sampleRecord(i: number, perUser = 1, bytes = 200): NewSessionRecord {
  const user = Math.floor(i / perUser);
  return {
    partition: id("partition", user, 16),
    handle: `${id("handle", i, 21)}A`,
    userId: `user-${id("user", user, 11)}`,
    // As long as the core's are before the first renewal.
    credential: id("credential", i, 43) + "AAAAAAAAA",
    createdAt: NOW,
    authenticatedAt: NOW - 1,
    lastSeenAt: NOW,
    idleExpiresAt: NOW + HOUR,
    expiresAt: NOW + 24 * HOUR,
    policy: "aal2",
    persistent: false,
    facts: null,
    data: sampleData(bytes),
  };
}

/** Three keys: two small ones, and one that takes the rest. */
function sampleData(bytes: number): Record<string, string> {
  const small = { theme: '"dark"', visits: "17" };
  const rest =
    bytes - "theme".length - '"dark"'.length - "visits".length - "17".length - "cart".length;
  return { ...small, cart: `["${"x".repeat(rest - 4)}"]` };
}

export function parsed(data: NewSessionRecord["data"]): Record<string, unknown> {
  const entries = Object.entries(data).map(([key, text]) => [key, JSON.parse(text) as unknown]);
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** What a store without a layout of its own would write: all of it, as JSON. */
export function json({ data, ...record }: NewSessionRecord): string {
  const { partition: _partition, handle: _handle, ...envelope } = record;
  return JSON.stringify({ ...envelope, version: 1, data: parsed(data) });
}
