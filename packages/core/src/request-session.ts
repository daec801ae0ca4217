import type { SessionData } from "./options.ts";
import type { Session, UserSession } from "./session.ts";

/** Who is at the other end of a request, as the adapter tells. */
export interface Client {
  /** The address: the peer's, or behind a trusted proxy the one that it reports. */
  readonly address: string | null;
  readonly userAgent: string | null;
}

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
}

export interface LoginOptions<Data extends object = SessionData> {
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
}
