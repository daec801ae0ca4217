import type { Engine } from "./internal/engine.ts";
import { assertAlive, type Live } from "./internal/live.ts";
import { destroy, rotate, take, update } from "./internal/update.ts";
import type { SessionData } from "./options.ts";
import { infoOf, type SessionInfo } from "./session-info.ts";

/** @internal What is behind a session, for the rest of the core. */
export let liveOf: <Data extends object>(session: Session<Data>) => Live;

/**
 * A session as the handler of one request sees it. Made by the library only; it holds no token, no
 * secret and no hash, whatever prints it.
 */
export class Session<Data extends object = SessionData> {
  readonly #engine: Engine;
  readonly #live: Live;

  static {
    liveOf = (session) => session.#live;
    // What Node, Bun and Deno print: no more than JSON shows.
    for (const custom of ["nodejs.util.inspect.custom", "Deno.customInspect"]) {
      const value = function inspect(this: Session): string {
        return `Session ${JSON.stringify(this)}`;
      };
      Object.defineProperty(Session.prototype, Symbol.for(custom), { value });
    }
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
    const { record } = this.#live;
    return infoOf(record, this.#engine.policyOf(record));
  }
}

/** A signed-in session. */
export interface UserSession<Data extends object = SessionData> extends Session<Data> {
  readonly userId: string;
  readonly authenticatedAt: number;
}
