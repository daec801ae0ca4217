import { errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from "jose";
import type { LogoutSettings } from "./logout-options.ts";
import { type LogoutRefusal, Refused } from "./logout-outcome.ts";

/** A logout token that has been verified. At least one of `sub` and `sid` is there. */
export interface LogoutToken {
  readonly issuer: string;
  /** Whom the provider has logged out, by its own name for them. */
  readonly sub: string | null;
  /** Which session at the provider has ended. Null: all of `sub`. */
  readonly sid: string | null;
  readonly jti: string;
  /** ms since the epoch from which on nobody takes it, by its `exp` and `maxAge`, with the tolerance. */
  readonly expiresAt: number;
  /** All that it says. */
  readonly claims: Readonly<JWTPayload>;
}

const EVENT = "http://schemas.openid.net/event/backchannel-logout";

const REASONS: ReadonlyMap<string, LogoutRefusal> = new Map([
  ["ERR_JOSE_ALG_NOT_ALLOWED", "alg"],
  ["ERR_JWKS_NO_MATCHING_KEY", "key"],
  ["ERR_JWKS_MULTIPLE_MATCHING_KEYS", "key"],
  ["ERR_JWS_SIGNATURE_VERIFICATION_FAILED", "signature"],
]);

const CLAIMS: readonly unknown[] = ["typ", "iss", "aud", "iat", "nbf", "exp", "jti", "events"];

/**
 * Verifies a logout token as OpenID Connect Back-Channel Logout 1.0, section 2.6, and OWASP ASVS 10.5.5
 * ask. Throws `Refused`; if the keys cannot be had, whatever the source of the keys throws.
 *
 * Encrypted tokens (JWE) are refused: what is in one is no secret between provider and client.
 */
export async function verifyLogoutToken(
  jwt: string,
  settings: LogoutSettings,
): Promise<LogoutToken> {
  const { issuer, clientId, acceptDraft, maxAge, clockTolerance } = settings;
  const source = watched(settings.keys);
  const verified = await jwtVerify(jwt, source.keys, {
    issuer,
    audience: clientId,
    algorithms: [...settings.algorithms],
    maxTokenAge: maxAge / 1_000,
    clockTolerance: clockTolerance / 1_000,
    currentDate: new Date(settings.clock.now()),
    requiredClaims: acceptDraft ? ["jti", "events"] : ["jti", "events", "exp"],
    // Cross-JWT confusion (section 4.1): an ID token or an access token says so in its type.
    ...(acceptDraft ? {} : { typ: "logout+jwt" }),
  }).catch((error: unknown) => {
    if (source.failed) throw error;
    throw new Refused(reasonOf(error));
  });
  const { payload, protectedHeader } = verified;
  if (
    acceptDraft &&
    !/^(?:(?:application\/)?logout\+jwt|jwt)$/i.test(protectedHeader.typ ?? "jwt")
  ) {
    throw new Refused("typ");
  }
  return tokenOf(payload, settings);
}

function tokenOf(
  claims: JWTPayload,
  { issuer, maxAge, clockTolerance }: LogoutSettings,
): LogoutToken {
  // OpenID Connect Core 1.0, section 3.1.3.7, step 3: nor for anybody else.
  if (Array.isArray(claims.aud) && claims.aud.length > 1) throw new Refused("aud");
  const events = claims["events"];
  if (!isObject(events) || !Object.hasOwn(events, EVENT) || !isObject(events[EVENT])) {
    throw new Refused("events");
  }
  // A token with a nonce could pass for an ID token, and was perhaps one.
  if (Object.hasOwn(claims, "nonce")) throw new Refused("nonce");
  const jti = textClaim(claims, "jti");
  const sub = textClaim(claims, "sub");
  const sid = textClaim(claims, "sid");
  if (jti === null) throw new Refused("jti");
  if (sub === null && sid === null) throw new Refused("subject");
  const { iat = 0, exp = Number.POSITIVE_INFINITY } = claims;
  // jose counts in whole seconds, and takes a token for all of the last one of `maxAge`.
  const end = Math.min(exp * 1_000, (iat + 1) * 1_000 + maxAge);
  const expiresAt = Math.ceil(end + clockTolerance);
  return { issuer, sub, sid, jti, expiresAt, claims };
}

/** Null: it is not there. What is there and is no text, or an empty one, is refused. */
function textClaim(claims: JWTPayload, name: "jti" | "sub" | "sid"): string | null {
  if (!Object.hasOwn(claims, name)) return null;
  const value: unknown = claims[name];
  if (typeof value === "string" && value !== "" && value.isWellFormed()) return value;
  throw new Refused(name);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Tells "no key for this token", which is the token's fault, from "no keys", which is not. */
function watched(keys: JWTVerifyGetKey): {
  readonly keys: JWTVerifyGetKey;
  readonly failed: boolean;
} {
  const source = {
    failed: false,
    async keys(...given: Parameters<JWTVerifyGetKey>) {
      try {
        return await keys(...given);
      } catch (error) {
        source.failed = !isForToken(error);
        throw error;
      }
    },
  };
  return source;
}

function isForToken(error: unknown): boolean {
  return (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JOSENotSupported
  );
}

function reasonOf(error: unknown): LogoutRefusal {
  if (error instanceof errors.JWTClaimValidationFailed || error instanceof errors.JWTExpired) {
    return CLAIMS.includes(error.claim) ? (error.claim as LogoutRefusal) : "malformed";
  }
  // A TypeError: the key that the function gave is not for this algorithm.
  if (!(error instanceof errors.JOSEError)) return "key";
  return REASONS.get(error.code) ?? "malformed";
}
