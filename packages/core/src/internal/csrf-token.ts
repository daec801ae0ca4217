import { encodeBase64url } from "./base64url.ts";
import type { Engine } from "./engine.ts";
import type { Live } from "./live.ts";

/**
 * A token for forms, bound to the session by its handle, which is new with every login. A nonce makes
 * each one differ, so that a compressed page gives nothing away (BREACH).
 */
export function csrfToken(engine: Engine, { record }: Live): string {
  const nonce = encodeBase64url(engine.randomBytes(16));
  return nonce + engine.seals.seal("csrf", record.handle, nonce);
}

export function isCsrfToken(engine: Engine, { record }: Live, given: unknown): boolean {
  if (typeof given !== "string" || given.length !== 44) return false;
  return engine.seals.holds(given.slice(22), "csrf", record.handle, given.slice(0, 22));
}
