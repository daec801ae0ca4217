import { type Clock, ConfigurationError, type Once, systemClock } from "@sojourn/core";
import { isLocalhost } from "@sojourn/net";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from "jose";
import type { LogoutOutcome } from "./logout-outcome.ts";
import type { LogoutToken } from "./logout-token.ts";

/** What ends the sessions that a logout token names. */
export type BackChannelOptions = BackChannelSettings & (EndsByCall | EndsSessions);

export interface BackChannelSettings {
  /** The provider's `issuer`, exactly as its discovery document has it. */
  readonly issuer: string;
  /** Your `client_id` there. */
  readonly clientId: string;
  /**
   * The provider's public keys: their URL (`jwks_uri` of the discovery document; https, unless it is
   * this machine), the key set itself, or a function as `jwtVerify` of jose takes one.
   */
  readonly jwks: string | URL | JSONWebKeySet | JWTVerifyGetKey;
  /**
   * The signatures that are accepted. Default: all asymmetric ones. `none` never is; `HS256` and the
   * like only where `jwks` is a function that gives the client's secret.
   */
  readonly algorithms?: readonly string[];
  /**
   * Accepts what drafts of the standard allowed: a token without `typ`, or with `typ: "JWT"`, and one
   * without `exp`. Only for a provider that sends no other.
   */
  readonly acceptDraft?: boolean;
  /** ms since the token was made, at most; default 120,000. */
  readonly maxAge?: number;
  /** ms that the provider's clock may differ from this one; default 30,000. */
  readonly clockTolerance?: number;
  /**
   * Tells a token that has been used: `store.powers.once`. Without it a token that somebody has got
   * hold of logs out again until it is `maxAge` old.
   */
  readonly once?: Once | undefined;
  /** Bytes that a request's body may have; default 16,384. */
  readonly maxBytes?: number;
  /**
   * Hears what became of each request: for logs. By default failures go to `console.error`. What it
   * throws changes nothing.
   */
  readonly onOutcome?: (outcome: LogoutOutcome) => unknown;
  /** For tests. */
  readonly clock?: Pick<Clock, "now">;
}

export interface EndsByCall {
  /**
   * Ends the sessions that the token names: those of `sid`, or if it is null all of `sub`. Resolve when
   * they are ended, with their number if you know it; to reject is a 503, and the provider may try
   * again. It must not matter if it is called twice for one token.
   */
  readonly onLogout: (token: LogoutToken) => unknown;
  readonly sessions?: never;
  readonly userIdOf?: never;
}

export interface EndsSessions {
  /** `createSessions(...)` of @sojourn/core. */
  readonly sessions: RevocableSessions;
  /**
   * Your user id for the provider's `sub`, for a token that names no `sid`; null: there is none.
   * Default: they are the same.
   */
  readonly userIdOf?: (sub: string) => string | null | Promise<string | null>;
  readonly onLogout?: never;
}

/** What is used of `Sessions`. */
export interface RevocableSessions {
  revokeByReference(reference: string): Promise<number>;
  revokeAll(userId: string): Promise<number>;
}

/** The options, checked, with their defaults. */
export interface LogoutSettings {
  readonly issuer: string;
  readonly clientId: string;
  readonly keys: JWTVerifyGetKey;
  readonly algorithms: readonly string[];
  readonly acceptDraft: boolean;
  readonly maxAge: number;
  readonly clockTolerance: number;
  readonly once: Once | undefined;
  readonly maxBytes: number;
  readonly clock: Pick<Clock, "now">;
}

/** RFC 7518 section 3.1, RFC 8037, RFC 9864. */
const ASYMMETRIC: readonly string[] =
  "RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519".split(" ");
const SYMMETRIC: readonly string[] = ["HS256", "HS384", "HS512"];

/** The longest `maxAge`: a token this old is no news, and would have to be remembered as long. */
const A_DAY = 86_400_000;

/** Throws `ConfigurationError`. */
export function checkedLogout(options: BackChannelOptions): LogoutSettings {
  const { issuer, clientId, jwks, acceptDraft = false, once } = options;
  const { algorithms = ASYMMETRIC, maxAge = 120_000, clockTolerance = 30_000 } = options;
  const { maxBytes = 16_384, clock = systemClock } = options;
  checkText("issuer", issuer, '"https://login.example"');
  checkText("clientId", clientId, "the client_id that the provider has given you");
  checkWhole("maxAge", maxAge, 1_000, A_DAY);
  checkWhole("clockTolerance", clockTolerance, 0, 600_000);
  checkWhole("maxBytes", maxBytes, 1_024, 2 ** 20);
  checkEnds(options);
  if ("once" in options && typeof once?.redeem !== "function") {
    throw new ConfigurationError(
      "once is given, and is none: this store has no powers.once. Take another store, or leave once " +
        "out, and a logout token can be used again until it is too old.",
    );
  }
  checkAlgorithms(algorithms, typeof jwks === "function");
  const keys = keysOf(jwks);
  return {
    issuer,
    clientId,
    keys,
    algorithms,
    acceptDraft,
    maxAge,
    clockTolerance,
    once,
    maxBytes,
    clock,
  };
}

function checkText(name: string, value: unknown, example: string): void {
  if (typeof value === "string" && value !== "") return;
  throw new ConfigurationError(`${name} is missing. Give it as a string: ${example}.`);
}

function checkWhole(name: string, value: unknown, least: number, most: number): void {
  if (Number.isInteger(value) && Number(value) >= least && Number(value) <= most) return;
  throw new ConfigurationError(
    `${name} is ${String(value)}. Write a whole number from ${least} to ${most}, or leave it out.`,
  );
}

function checkEnds({ onLogout, sessions }: BackChannelOptions): void {
  const isSessions =
    typeof sessions?.revokeByReference === "function" && typeof sessions.revokeAll === "function";
  const isCall = typeof onLogout === "function";
  if (isSessions !== isCall) return;
  throw new ConfigurationError(
    isCall
      ? "sessions and onLogout are both given. Leave one out: either ends what the token names."
      : "Nothing would end a session. Give sessions, from createSessions(), or a function as onLogout.",
  );
}

function checkAlgorithms(algorithms: readonly string[], secretAllowed: boolean): void {
  const known = secretAllowed ? [...ASYMMETRIC, ...SYMMETRIC] : ASYMMETRIC;
  const listed = Array.isArray(algorithms) && algorithms.length > 0;
  if (listed && algorithms.every((name) => known.includes(name))) return;
  throw new ConfigurationError(
    `algorithms is ${JSON.stringify(algorithms)}. Give a list of ${known.join(", ")}` +
      `${secretAllowed ? "" : " (HS256 and the like only with a function as jwks)"}, or leave it out.`,
  );
}

function keysOf(jwks: BackChannelOptions["jwks"]): JWTVerifyGetKey {
  if (typeof jwks === "function") return jwks;
  if (typeof jwks === "string" || jwks instanceof URL) return createRemoteJWKSet(keysUrl(jwks));
  try {
    return createLocalJWKSet(jwks);
  } catch (cause) {
    throw new ConfigurationError(
      "jwks is no key set. Give the provider's jwks_uri, what it answers ({ keys: [...] }), or a function.",
      { cause },
    );
  }
}

function keysUrl(text: string | URL): URL {
  const url = URL.canParse(String(text)) ? new URL(text) : null;
  // Who can change the keys on their way can log everybody out, and the reverse: hold on to sessions.
  if (url?.protocol === "https:") return url;
  if (url?.protocol === "http:" && isLocalhost(url.hostname)) return url;
  throw new ConfigurationError(
    `jwks is ${JSON.stringify(String(text))}. Give the provider's jwks_uri: an https URL.`,
  );
}
