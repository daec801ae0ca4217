import type { Once } from "@sojourn/core";
import { base64url } from "jose";
import { Refused } from "./logout-outcome.ts";
import type { LogoutToken } from "./logout-token.ts";

// What is redeemed cannot be given back, and a logout that failed because a store was away must be
// possible again. So a token is good for a few attempts, each redeemed before it begins; the one that
// succeeds redeems those that are left. From then on the token is a replay.
const ATTEMPTS = 5;

/**
 * Does the work unless the token has been used, or was tried `ATTEMPTS` times; then throws `Refused`.
 * Attempts that overlap may all do the work: it must not matter. Rejects if the store is away.
 */
export async function unlessReplayed<T>(
  once: Once | undefined,
  token: LogoutToken,
  now: () => number,
  work: () => Promise<T>,
): Promise<T> {
  if (once === undefined) return work();
  const keys = await keysOf(token);
  const redeem = (key: string) => once.redeem(key, token.expiresAt, now());
  let attempt = 0;
  while (!(await redeem(keys[attempt] as string))) {
    if (++attempt === ATTEMPTS) throw new Refused("replayed");
  }
  const done = await work();
  await Promise.all(keys.slice(attempt + 1).map(redeem));
  return done;
}

/** Hashed, since a `jti` is a stranger's text of any length: see `StorePowers`. */
async function keysOf({ issuer, jti }: LogoutToken): Promise<string[]> {
  const text = new TextEncoder().encode(JSON.stringify([issuer, jti]));
  const hash = base64url.encode(new Uint8Array(await crypto.subtle.digest("SHA-256", text)));
  return Array.from({ length: ATTEMPTS }, (_, at) => `sojourn:logout-token:${hash}:${at}`);
}
