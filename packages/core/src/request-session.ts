import type { Client } from "./client.ts";
import type { Freshness } from "./errors.ts";
import type { Aal, LockReason } from "./events.ts";
import type { SessionData } from "./options.ts";
import type { ListedSession } from "./session-info.ts";
import type { Session, UserSession } from "./session.ts";

/**
 * What a handler is given: the way to the session of its request. Nothing is loaded until it is asked
 * for, and then once. `get`, `peek` and `requireUser` never create anything.
 *
 * All of these reject with `StoreUnavailableError` when the store is away, and with
 * `HeadersSentError` when first called after the response's headers have left.
 */
export interface RequestSession<Data extends object = SessionData> {
  /** When the request arrived, ms since the epoch. */
  readonly arrivedAt: number;

  readonly client: Client;

  /** The signed-in session, or else the anonymous one; null: nobody. This is activity. */
  get(): Promise<Session<Data> | null>;

  /** Like `get`, but looking is not activity: neither deadline nor secret moves. */
  peek(): Promise<Session<Data> | null>;

  /** Like `get`, but instead of null a new anonymous session, stored once something is written to it. */
  getOrCreate(): Promise<Session<Data>>;

  /**
   * The signed-in session, or `UnauthenticatedError`: a 401, or with `redirectTo` a redirect (303),
   * unless it is caught.
   */
  requireUser(options?: { readonly redirectTo?: string }): Promise<UserSession<Data>>;

  /** `getOrCreate()`, and then the atomic `update(fn)` of the session. */
  update<T>(
    fn: (data: Data) => T | Promise<T>,
    options?: { readonly retryFor?: number },
  ): Promise<T>;

  /**
   * Signs the user in: a new session under a new handle and secret, whatever came before. The session
   * that the request carried has ended when this resolves. Rejects, with nothing left behind, with
   * `LimitReachedError`, `LoginRefusedError`, `CarryRefusedError`, `ConflictError`, `InvalidDataError`.
   */
  login(userId: string, options?: LoginOptions<Data>): Promise<UserSession<Data>>;

  /** Ends the signed-in and the anonymous session of this browser and deletes both cookies. */
  logout(): Promise<void>;

  /** Ends all other sessions of the signed-in user, and rotates this one. Gives how many went. */
  revokeOthers(): Promise<number>;

  /**
   * The password was changed, a factor added or removed, a role taken away: ends all other sessions of
   * this user, rotates this one where it is the user's, and refuses logins that began before. Gives how
   * many went. Call it once the change is stored.
   */
  onCredentialChange(userId: string): Promise<number>;

  /** `requireUser()`, and then its `requireFresh`: a 401 that says what is asked for. */
  requireFresh(freshness: Freshness): Promise<UserSession<Data>>;

  /**
   * The user's session that this request carries and that cannot be read until its user has
   * authenticated; null: there is none. For `get` it is nobody, for `requireUser` a 401 that says so.
   */
  locked(): Promise<LockedSession<Data> | null>;

  /** A page of the signed-in user's sessions. Default `limit` 100, at most 1,000. */
  list(options?: PageOptions): Promise<SessionPage>;

  /** Ends one of the signed-in user's sessions. False: the user has none of this handle. */
  revoke(handle: string): Promise<boolean>;
}

/** A session that waits for its user. */
export interface LockedSession<Data extends object = SessionData> {
  readonly handle: string;
  readonly userId: string;
  readonly reason: LockReason;
  /** One factor was enough: only where `reason` is `idle`, else a `ReauthenticationRequiredError`. */
  reopen(): Promise<UserSession<Data>>;
  /** The user has authenticated anew, as for `Session.reauthenticate`. */
  reauthenticate(authentication?: ReauthenticateOptions): Promise<UserSession<Data>>;
}

export interface PageOptions {
  readonly limit?: number;
  /** What the page before gave as `next`. */
  readonly after?: string;
}

export interface SessionPage {
  /** The most recently seen first, within the page. */
  readonly sessions: readonly ListedSession[];
  /** Give it as `after` for the next page; null: this was the last. */
  readonly next: string | null;
}

/** What the user authenticated with. */
export interface ReauthenticateOptions {
  /** The level reached (NIST SP 800-63B-4); default 1. */
  readonly aal?: Aal;
  /** Short names of what was asked for: `["pwd", "otp"]` (RFC 8176). */
  readonly factors?: readonly string[];
  /** When the authentication began, ms; default: when the request arrived. */
  readonly authenticatedAt?: number;
}

export interface LoginOptions<Data extends object = SessionData> extends ReauthenticateOptions {
  /** Keys that cross over from the anonymous session, or from the same user's. Default: none. */
  readonly carry?: readonly (keyof Data & string)[];
  /** Data to begin with; wins over what is carried. */
  readonly data?: Partial<Data>;
  /** The cookie outlives the browser: its Max-Age is what is left of the absolute timeout. */
  readonly persistent?: boolean;
  /** The timeout policy, by its name in the option `timeouts`. */
  readonly policy?: string;
  /**
   * When the authentication began, ms; default: when the request arrived. A login that began before
   * the user's sessions were revoked is refused.
   */
  readonly authenticatedAt?: number;
  /** What the session is called in lists: at most 64 characters. */
  readonly label?: string;
  /** Who acts as this user: named in every event of the session, which is never fresh. Option `impersonation`. */
  readonly impersonator?: string;
  /** Somebody else's name for the session, for `revokeByReference`: `oidcReference({ issuer, sid })`. */
  readonly reference?: string;
}
