import { type Freshness, UnauthenticatedError } from "./errors.ts";
import type { Aal, FreshnessReason } from "./events.ts";
import { changeFacts } from "./internal/change-facts.ts";
import { csrfToken, isCsrfToken } from "./internal/csrf-token.ts";
import type { Engine } from "./internal/engine.ts";
import { grant, redeem } from "./internal/grants.ts";
import { assertAlive, assertWritable, type Live } from "./internal/live.ts";
import { checkedLabel } from "./internal/login-facts.ts";
import { reauthenticate, requireFresh, staleness } from "./internal/reauthenticate.ts";
import { ticket } from "./internal/ticket.ts";
import { destroy, rotate, take, update } from "./internal/update.ts";
import type { SessionData } from "./options.ts";
import type { ReauthenticateOptions } from "./request-session.ts";
import { infoOf, type SessionInfo } from "./session-info.ts";

/**
 * A session as the handler of one request sees it. Made by the library only; it holds no token, no
 * secret and no hash, whatever prints it.
 */
export class Session<Data extends object = SessionData> {
  readonly #engine: Engine;
  readonly #live: Live;

  /** @internal What is behind a session, for the rest of the core. */
  static liveOf<Data extends object>(session: Session<Data>): Live {
    return session.#live;
  }

  /** @internal */
  constructor(engine: Engine, live: Live) {
    if (live.invalid !== null) throw live.invalid;
    this.#engine = engine;
    this.#live = live;
  }

  /** Names the session in lists, logs and `revoke`. It authenticates nothing. */
  get handle(): string {
    return this.#live.record.handle;
  }

  /** Null: anonymous. */
  get userId(): string | null {
    return this.#live.record.userId;
  }

  /** ms since the epoch, as are all times here. */
  get createdAt(): number {
    return this.#live.record.createdAt;
  }

  /** When the authentication began that made this session; null: anonymous. */
  get authenticatedAt(): number | null {
    return this.#live.record.authenticatedAt;
  }

  /** The level of that authentication (NIST SP 800-63B-4): 1 unless the application said more. */
  get aal(): Aal {
    return this.#live.facts.aal;
  }

  /** What the user authenticated with, in the application's words. */
  get factors(): readonly string[] {
    return this.#live.facts.factors;
  }

  /** What the application calls it in lists; null: nothing. */
  get label(): string | null {
    return this.#live.facts.label;
  }

  /** Who acts as the user (`login` with `impersonator`); null: the user. */
  get impersonator(): string | null {
    return this.#live.facts.impersonator;
  }

  /** The last activity that was noted: at most one touch interval old. Null: this is the first. */
  get lastSeenAt(): number | null {
    return this.#live.record.lastSeenAt;
  }

  /** Without activity the session ends then. */
  get idleExpiresAt(): number {
    return this.#info().idleExpiresAt;
  }

  /** The session ends then, whatever happens. */
  get expiresAt(): number {
    return this.#info().expiresAt;
  }

  /** Whether its cookie outlives the browser. */
  get persistent(): boolean {
    return this.#live.record.persistent;
  }

  /** Whether it has ended: by `destroy`, by `logout`, or, as far as this request has noticed, elsewhere. */
  get ended(): boolean {
    return this.#live.state === "gone" || this.#live.state === "ended";
  }

  /**
   * The application's data. Change it in place, also deep inside; what changed is found by top-level
   * key and saved when the handler is done. A key that was read and then changed, and that another
   * request changed meanwhile, is a `ConflictError` then; one that was set without being read is
   * simply written.
   */
  get data(): Data {
    assertAlive(this.#live);
    return this.#live.draft.data as Data;
  }

  /**
   * The atomic read-modify-write. `fn` gets the data as stored and changes it; where another request
   * wrote meanwhile, it runs again on the newer data, for up to `retryFor` ms (default 5,000), then
   * `ConflictError`. Gives what `fn` gave.
   */
  update<T>(fn: (data: Data) => T | Promise<T>, options: { retryFor?: number } = {}): Promise<T> {
    return update(this.#engine, this.#live, fn as (data: SessionData) => T, options.retryFor);
  }

  /**
   * Removes a key and gives its value, atomically: of a hundred concurrent requests one gets it, the
   * others undefined. That makes it a flash value.
   */
  take<Key extends keyof Data & string>(key: Key): Promise<Data[Key] | undefined> {
    return take(this.#engine, this.#live, key) as Promise<Data[Key] | undefined>;
  }

  /**
   * A new secret in place, every earlier one dead at once. Call it when privilege changes, before the
   * new privilege is stored, so that no copy of an earlier token ever sees it.
   */
  rotate(): Promise<void> {
    return rotate(this.#engine, this.#live);
  }

  /**
   * The user has authenticated again. A new secret without a grace, both deadlines from now on, and the
   * session as strong as this authentication: give `aal: 2` where both factors were asked for.
   */
  reauthenticate(authentication: ReauthenticateOptions = {}): Promise<void> {
    return reauthenticate(this.#engine, this.#live, authentication);
  }

  /**
   * Throws a `ReauthenticationRequiredError`, a 401 that says what is asked for, unless the user has
   * authenticated within `maxAge` ms and with `aal`. An impersonated session is never fresh.
   */
  requireFresh(freshness: Freshness): void {
    assertAlive(this.#live);
    requireFresh(this.#engine, this.#live, freshness);
  }

  /** The same as an answer: null where it is fresh, or else why it is not. */
  staleness(freshness: Freshness): FreshnessReason | null {
    assertAlive(this.#live);
    return staleness(this.#engine, this.#live, freshness);
  }

  /**
   * Leave for one action, once: hand it out after asking for one more factor, and `redeem` it with the
   * action. It is good in this session only, for `ttl` ms (default 5 min).
   */
  grant(action: string, { ttl }: { readonly ttl?: number } = {}): string {
    assertAlive(this.#live);
    return grant(this.#engine, this.#live, action, ttl);
  }

  /** True for the first who redeems the grant for this action in this session; else false. */
  async redeem(action: string, given: string): Promise<boolean> {
    assertAlive(this.#live);
    return redeem(this.#engine, this.#live, action, given);
  }

  /**
   * Names this session where a cookie does not reach, such as a socket on another host: good once,
   * within a minute. `sessions.openTicket` opens it.
   */
  ticket(): string {
    assertAlive(this.#live);
    return ticket(this.#engine, this.#live);
  }

  /**
   * A token for a form, other each time; `isCsrfToken` of the same session knows it again. An anonymous
   * session has to be a stored one: write something to it.
   */
  csrfToken(): string {
    assertAlive(this.#live);
    return csrfToken(this.#engine, this.#live);
  }

  /** Whether `csrfToken` of this session made it. Whatever a form sent may be given. */
  isCsrfToken(given: unknown): boolean {
    assertAlive(this.#live);
    return isCsrfToken(this.#engine, this.#live, given);
  }

  /** Names a signed-in session in lists, 1 to 64 characters; null: no more. */
  async setLabel(label: string | null): Promise<void> {
    const checked = label === null ? null : checkedLabel(label);
    assertWritable(this.#live);
    if (this.userId === null) throw new UnauthenticatedError();
    await changeFacts(this.#engine, this.#live, (facts) => ({ ...facts, label: checked }));
  }

  /**
   * Aborts when the session ends: logout, revocation, expiry, a rotation that this connection's secret
   * is from before. For sockets, event streams and long polls: at once where it happens in this process
   * or the store can publish, else within the option `revalidate`. It looks until the session has ended
   * or the connection has closed; of a socket's end the application tells, with `unwatch()`.
   */
  get signal(): AbortSignal {
    return this.#engine.signals.of(this.#live);
  }

  /** The connection that `signal` was for has closed. */
  unwatch(): void {
    this.#engine.signals.release(this.#live);
  }

  /**
   * Ends this session; the response deletes its cookie. After that its handle and times can still be
   * read, and everything else fails with `SessionGoneError`.
   */
  destroy(): Promise<void> {
    return destroy(this.#engine, this.#live);
  }

  toJSON(): SessionInfo & { readonly userId: string | null } {
    const { handle, ...times } = this.#info();
    return { handle, userId: this.userId, ...times };
  }

  #info(): SessionInfo {
    return infoOf(this.#engine, this.#live.record);
  }
}

/**
 * @internal Node, Bun and Deno print no more of a session than JSON shows. Called by who makes sessions:
 * bundlers do not leave out a class that does something when it is loaded.
 */
export function printAsJson(): void {
  for (const custom of ["nodejs.util.inspect.custom", "Deno.customInspect"]) {
    Object.defineProperty(Session.prototype, Symbol.for(custom), { value: inspect });
  }
}

function inspect(this: Session): string {
  return `Session ${JSON.stringify(this)}`;
}

/** A signed-in session. */
export interface UserSession<Data extends object = SessionData> extends Session<Data> {
  readonly userId: string;
  readonly authenticatedAt: number;
}
