import type { Aal, FreshnessReason, LockReason } from "./events.ts";

/** Every code a Sojourn error can carry. The union is closed: a `switch` over it narrows. */
export type SojournErrorCode =
  | "ambiguous-credentials"
  | "carry-refused"
  | "configuration"
  | "conflict"
  | "corrupt-record"
  | "cross-site"
  | "headers-sent"
  | "invalid-data"
  | "invalid-user-id"
  | "limit-reached"
  | "login-refused"
  | "randomness"
  | "reauthentication-required"
  | "session-gone"
  | "store-full"
  | "store-unavailable"
  | "throttled"
  | "too-large"
  | "unauthenticated";

/**
 * The one base class. Messages never hold a token, a secret or a hash.
 *
 * `status`, `statusCode`, `expose` and `headers` are what Express, Koa and Fastify read from an
 * error; `getResponse` is what Hono calls. So an uncaught error answers rightly everywhere.
 */
export abstract class SojournError extends Error {
  abstract readonly code: SojournErrorCode;
  /** The HTTP status an adapter answers with when nobody catches the error. */
  abstract readonly status: number;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }

  get statusCode(): number {
    return this.status;
  }

  /** Whether the code may be shown to the client: never for the server's own faults. */
  get expose(): boolean {
    return this.status < 500 || this.status === 503;
  }

  get headers(): Record<string, string> {
    return { "cache-control": "no-store" };
  }

  /** What the answer's JSON says; `error` is the code. */
  get body(): Readonly<Record<string, unknown>> {
    return { error: this.expose ? this.code : "internal" };
  }

  getResponse(): Response {
    return new Response(JSON.stringify(this.body), {
      status: this.status,
      headers: { ...this.headers, "content-type": "application/json" },
    });
  }
}

/** An option is missing, malformed or dangerous. Thrown when configured, with the remedy. */
export class ConfigurationError extends SojournError {
  readonly code = "configuration";
  readonly status = 500;
}

/** The store is down, or slower than its time limit. Nothing is known of the write's fate. */
export class StoreUnavailableError extends SojournError {
  readonly code = "store-unavailable";
  readonly status = 503;
}

/** A bounded store holds nothing it may evict. */
export class StoreFullError extends SojournError {
  readonly code = "store-full";
  readonly status = 503;
}

/** What lies under the session's key is not a record: damaged, partial or foreign. */
export class CorruptRecordError extends SojournError {
  readonly code = "corrupt-record";
  readonly status = 503;
}

/** The session ended (logout, revocation, expiry, rotation) while this request was running. */
export class SessionGoneError extends SojournError {
  readonly code = "session-gone";
  readonly status = 401;
}

/** A key that this request read and then changed was changed by another request meanwhile. */
export class ConflictError extends SojournError {
  readonly code = "conflict";
  readonly status = 409;
  /** The top-level keys in conflict; empty where only the record's version is known to differ. */
  readonly keys: readonly string[];

  constructor(keys: readonly string[]) {
    super(
      `Another request changed ${keys.length === 0 ? "the session" : `"${keys.join('", "')}"`} after it was read here. ` +
        "Use session.update(fn) for a change that depends on what is stored.",
    );
    this.keys = keys;
  }
}

/** The session's data, or one key of it, is over its size limit. Nothing was written. */
export class TooLargeError extends SojournError {
  readonly code = "too-large";
  readonly status = 413;
}

/**
 * Data that is not JSON, or that the application's schema refuses; or a name or message that
 * a power of the store does not take. Nothing was written.
 */
export class InvalidDataError extends SojournError {
  readonly code = "invalid-data";
  readonly status = 500;
  /** What the schema said, where a schema said it. */
  readonly issues: readonly { readonly message: string }[];

  constructor(message: string, issues: readonly { readonly message: string }[] = []) {
    super(message);
    this.issues = issues;
  }
}

/** A user id is a non-empty string of well-formed Unicode: two lone surrogates would be one user. */
export class InvalidUserIdError extends SojournError {
  readonly code = "invalid-user-id";
  readonly status = 400;
}

/** The user has `maxPerUser` sessions, and the policy is to refuse another. */
export class LimitReachedError extends SojournError {
  readonly code = "limit-reached";
  readonly status = 409;
}

/** The user's sessions were all revoked after this authentication had begun. */
export class LoginRefusedError extends SojournError {
  readonly code = "login-refused";
  readonly status = 401;
}

/** `carry` names data of a session that is neither anonymous nor the same user's. */
export class CarryRefusedError extends SojournError {
  readonly code = "carry-refused";
  readonly status = 409;
}

/** The session was first read, or written, after the response's headers had left. */
export class HeadersSentError extends SojournError {
  readonly code = "headers-sent";
  readonly status = 500;
}

/** The request carries a session cookie and a bearer token. */
export class AmbiguousCredentialsError extends SojournError {
  readonly code = "ambiguous-credentials";
  readonly status = 400;
}

/** The runtime's random source failed or gave bits that cannot be random. */
export class RandomnessError extends SojournError {
  readonly code = "randomness";
  readonly status = 500;
}

/** `requireUser()` met a request without a signed-in session. */
export class UnauthenticatedError extends SojournError {
  readonly code = "unauthenticated";
  readonly status: 401 | 303;
  readonly #redirectTo: string | undefined;

  constructor(redirectTo?: string) {
    super("This needs a signed-in session.");
    this.#redirectTo = redirectTo;
    this.status = redirectTo === undefined ? 401 : 303;
  }

  override get headers(): Record<string, string> {
    return this.#redirectTo === undefined
      ? super.headers
      : { ...super.headers, location: this.#redirectTo };
  }
}

/** What `requireFresh` asks for. */
export interface Freshness {
  /** ms since the user authenticated, at most. */
  readonly maxAge?: number;
  /** The level of that authentication, at least. */
  readonly aal?: Aal;
}

/**
 * The user has to authenticate again, then `session.reauthenticate()`: for `requireFresh` too long ago
 * or with too little, or because the session is locked. The 401 says so in the words of RFC 9470.
 */
export class ReauthenticationRequiredError extends SojournError {
  readonly code = "reauthentication-required";
  readonly status = 401;
  readonly reason: FreshnessReason | LockReason;
  readonly required: Freshness;

  constructor(reason: FreshnessReason | LockReason, required: Freshness = {}) {
    super(`The user has to authenticate again (${reason}).`);
    this.reason = reason;
    this.required = required;
  }

  override get headers(): Record<string, string> {
    const { maxAge, aal } = this.required;
    const parameters = [
      'error="insufficient_user_authentication"',
      ...(maxAge === undefined ? [] : [`max_age="${Math.floor(maxAge / 1000)}"`]),
      ...(aal === undefined ? [] : [`acr_values="aal${aal}"`]),
    ];
    // RFC 9110 15.5.2: a 401 has a challenge. RFC 9470 3: what this one says.
    return { ...super.headers, "www-authenticate": `Session ${parameters.join(", ")}` };
  }

  override get body(): Readonly<Record<string, unknown>> {
    const { maxAge, aal } = this.required;
    const seconds = maxAge === undefined ? undefined : Math.floor(maxAge / 1000);
    return { error: this.code, reason: this.reason, max_age: seconds, aal };
  }
}

/** A request from another site that would change something: option `csrf`. */
export class CrossSiteError extends SojournError {
  readonly code = "cross-site";
  readonly status = 403;

  override get headers(): Record<string, string> {
    return { ...super.headers, vary: "Sec-Fetch-Site, Origin" };
  }
}

/** The source has to wait: option `throttle`. */
export class ThrottledError extends SojournError {
  readonly code = "throttled";
  readonly status = 429;
  readonly #seconds: number;

  /** `seconds`: for how long. */
  constructor(seconds: number) {
    super("Too many requests that did not look right came from there.");
    // RFC 9110 10.2.3: digits. A day, for who says "for ever".
    this.#seconds = Math.min(Math.max(1, Math.ceil(seconds)), 86_400);
  }

  override get headers(): Record<string, string> {
    return { ...super.headers, "retry-after": `${this.#seconds}` };
  }
}
