import type { LogoutToken } from "./logout-token.ts";

/** What became of a request. Holds no token. */
export type LogoutOutcome =
  /** 200. `ended`: how many sessions; null: `onLogout` did not say. */
  | { readonly type: "logged_out"; readonly token: LogoutToken; readonly ended: number | null }
  /** 400 (405 for `method`). `token` if it was the provider's. */
  | { readonly type: "refused"; readonly reason: LogoutRefusal; readonly token: LogoutToken | null }
  /** 503: the store or the provider's keys were away. Nothing is known to have been ended. */
  | { readonly type: "failed"; readonly error: unknown; readonly token: LogoutToken | null };

/**
 * What was wrong: with the request (`method`, `content-type`, `body`, `too-large`; `logout_token`: there
 * is none, or several), with the token as such (`malformed`, `typ`, `alg`; `key`: the provider has none
 * for it; `signature`), or with a claim. `subject`: it names neither `sub` nor `sid`. `replayed`: it was
 * used before.
 */
export type LogoutRefusal =
  | "method"
  | "content-type"
  | "body"
  | "too-large"
  | "logout_token"
  | "malformed"
  | "typ"
  | "alg"
  | "key"
  | "signature"
  | "iss"
  | "aud"
  | "iat"
  | "nbf"
  | "exp"
  | "jti"
  | "events"
  | "nonce"
  | "sub"
  | "sid"
  | "subject"
  | "replayed";

/** Thrown inside, and answered: never leaves the handler. */
export class Refused extends Error {
  readonly reason: LogoutRefusal;

  constructor(reason: LogoutRefusal) {
    super(reason);
    this.reason = reason;
  }
}
