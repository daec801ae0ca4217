import type { Freshness, UserSession } from "@sojourn/core";
import type { LoginData } from "./login-sessions.ts";

/** Who ends sessions of their own has authenticated within ten minutes (ASVS 7.5.2). */
export const LATELY: Freshness = { maxAge: 600_000 };

/**
 * Within so many ms, and not by the login itself: whoever finds an unlocked computer knows no password
 * (ASVS 6.2.3).
 */
export function confirmedWithin(ms: number, { createdAt }: UserSession<LoginData>): Freshness {
  return { maxAge: Math.max(0, Math.min(ms, Date.now() - createdAt - 1)) };
}
