import type { Exchange, RequestFacts } from "./exchange.ts";
import { type FetchHandler, type FetchOptions, respond } from "./fetch.ts";
import { commit } from "./internal/commit.ts";
import { unbornAnonymous } from "./internal/create.ts";
import { createEngine, type WaitUntil } from "./internal/engine.ts";
import { createExchange } from "./internal/exchange.ts";
import { hold, type Live } from "./internal/live.ts";
import { load, noteActivity } from "./internal/load.ts";
import { login } from "./internal/login.ts";
import { isHandle, revoke, revokeAll } from "./internal/revoke.ts";
import { destroy, rotate } from "./internal/update.ts";
import type { SessionData, SessionsOptions } from "./options.ts";
import type { LoginOptions } from "./request-session.ts";
import { infoOf, type SessionInfo } from "./session-info.ts";
import { liveOf, Session, type UserSession } from "./session.ts";
import { describePolicies, type TimeoutOptions } from "./timeouts.ts";

/** Everything there is to do with sessions. Made once, when the application starts. */
export interface Sessions<Data extends object = SessionData> {
  /** Wraps a handler on Web standards: `export default { fetch: sessions.fetch(handler) }`. */
  fetch<Env = unknown, Context = unknown>(
    handler: FetchHandler<Data, Env, Context>,
    options?: FetchOptions,
  ): (request: Request, env?: Env, ctx?: Context) => Promise<Response>;

  /** For adapters: begins an exchange. */
  begin(facts: RequestFacts): Exchange<Data>;

  // By hand, without HTTP.

  /** A new anonymous session, stored, and the token that opens it. */
  create(data?: Partial<Data>): Promise<Handed<Session<Data>>>;

  /** A new signed-in session. `from`: the session that it takes over from, which ends. */
  login(
    userId: string,
    options?: LoginOptions<Data> & { readonly from?: Session<Data> },
  ): Promise<Handed<UserSession<Data>>>;

  /** The session a token opens; null for anything that opens none. This is activity. */
  open(token: string): Promise<Session<Data> | null>;

  /** Like `open`, but looking is not activity. */
  peek(token: string): Promise<Session<Data> | null>;

  /** Saves what changed, renews the secret where that is due, and gives the token to hand out, if any. */
  commit(session: Session<Data>): Promise<{ readonly token: string | null }>;

  /** Renews the secret now: in place, with a grace for the old one. Null: another renewal is under way. */
  renew(session: Session<Data>): Promise<{ readonly token: string | null }>;

  /** Changes the secret at once, every earlier one dead: when privilege changes. */
  rotate(session: Session<Data>): Promise<{ readonly token: string }>;

  /** Ends a session. */
  destroy(session: Session<Data>): Promise<void>;

  /** A page of a user's live sessions, the most recently seen first within it. Default `limit` 100, at most 1,000. */
  list(userId: string, options?: { limit?: number; after?: string }): Promise<SessionPage>;

  /** Ends one of the user's sessions. False: the user has none of this handle. */
  revoke(userId: string, handle: string): Promise<boolean>;

  /**
   * Ends all of the user's sessions, but `except`, and gives how many. A login that began before is
   * refused, however late it arrives.
   */
  revokeAll(userId: string, options?: { readonly except?: string }): Promise<number>;

  /** Removes up to `limit` (default 1,000) expired sessions from the store; gives how many it found. */
  sweep(limit?: number): Promise<number>;

  /** Resolves once nothing is under way in the background: before a test looks, or the process ends. */
  drain(): Promise<void>;

  /** The timeouts in force, by policy: what OWASP ASVS 7.1.1 wants documented. */
  describePolicy(): Readonly<Record<string, Required<TimeoutOptions>>>;
}

/** A session, and the token to hand to its client. */
export interface Handed<S> {
  readonly session: S;
  readonly token: string;
}

export interface SessionPage {
  readonly sessions: readonly SessionInfo[];
  /** Give it as `after` for the next page; null: this was the last. */
  readonly next: string | null;
}

/** Checks the options, and throws a `ConfigurationError` that names the remedy. */
export function createSessions<Data extends object = SessionData>(
  options: SessionsOptions<Data>,
): Sessions<Data> {
  const engine = createEngine(options);
  const { store, clock } = engine;

  async function opened(token: string): Promise<Live | null> {
    const parsed = engine.tokens.open(token);
    return parsed === null ? null : load(engine, parsed, clock.now());
  }

  async function committed(session: Session<Data>, renew: "when-due" | "now") {
    const live = liveOf(session);
    await commit(engine, live, { save: renew === "when-due", renew });
    return handedOut(live);
  }

  function handedOut(live: Live): { token: string | null } {
    const { token } = live;
    live.token = null;
    return { token };
  }

  const sessions: Sessions<Data> = {
    fetch(handler, { onError } = {}) {
      return (request, env, ctx) => {
        const exchange = sessions.begin(factsOf(request, ctx));
        const given = { session: exchange.session, env: env as never, ctx: ctx as never };
        return respond(
          exchange,
          () => handler(request, given),
          onError && ((error) => onError(error, request)),
        );
      };
    },

    begin: (facts) => createExchange(engine, facts),

    async create(data = {}) {
      const unborn = unbornAnonymous(engine);
      const { record, minted } = unborn.prepared;
      const born = { ...record, version: 0 };
      const live = await hold(engine, born, minted.hash, clock.now(), { unborn });
      Object.assign(live.draft.data, data);
      await commit(engine, live, { save: true, renew: "never", always: true });
      return { session: new Session(engine, live), token: handedOut(live).token as string };
    },

    async login(userId, { from, ...options } = {}) {
      const live = from === undefined ? null : liveOf(from);
      const now = clock.now();
      const created = await login(engine, {
        userId,
        previous: live?.kind === "user" ? live : null,
        anonymous: live?.kind === "anonymous" ? live : null,
        carry: options.carry ?? [],
        data: options.data ?? {},
        policy: options.policy,
        persistent: options.persistent ?? false,
        authenticatedAt: options.authenticatedAt ?? now,
        arrivedAt: now,
      });
      const session = new Session<Data>(engine, created) as UserSession<Data>;
      return { session, token: handedOut(created).token as string };
    },

    async open(token) {
      const live = await opened(token);
      if (live === null) return null;
      noteActivity(engine, live, undefined);
      return new Session(engine, live);
    },

    async peek(token) {
      const live = await opened(token);
      return live === null ? null : new Session(engine, live);
    },

    commit: (session) => committed(session, "when-due"),

    renew: (session) => committed(session, "now"),

    async rotate(session) {
      await rotate(engine, liveOf(session));
      return { token: handedOut(liveOf(session)).token as string };
    },

    destroy: (session) => destroy(engine, liveOf(session)),

    async list(userId, { limit = 100, after } = {}) {
      const partition = engine.partitionOf(userId);
      // Both may well come from a query string: what no page begins after has no next page.
      if (after !== undefined && !isHandle(after)) return { sessions: [], next: null };
      const most = Math.min(Math.max(Math.trunc(limit) || 1, 1), LONGEST_PAGE);
      const page = { limit: most, ...(after !== undefined && { after }) };
      const records = await store.list(partition, clock.now(), page);
      const last = records.at(-1);
      const now = clock.now();
      const infos = records
        .map((record) => infoOf(record, engine.policyOf(record)))
        .filter(({ idleExpiresAt }) => now < idleExpiresAt);
      return {
        sessions: infos.sort((a, b) => seenAt(b) - seenAt(a)),
        next: last !== undefined && records.length === most ? last.handle : null,
      };
    },

    revoke: (userId, handle) => revoke(engine, userId, handle),

    revokeAll: (userId, { except } = {}) => revokeAll(engine, userId, except),

    async sweep(limit = 1_000) {
      const records = await store.sweep(clock.now(), limit);
      for (const { handle, userId, idleExpiresAt, expiresAt } of records) {
        const reason = idleExpiresAt < expiresAt ? "idle" : "absolute";
        engine.emit({ type: "session_expired", reason, handle, userId });
      }
      return records.length;
    },

    drain: () => engine.drain(),

    describePolicy: () => describePolicies(engine.timeouts),
  };
  return sessions;
}

/** Where browsers trust plain http (Secure Contexts, section 3.1). */
const LOCALHOST = /^((.+\.)?localhost|127(\.\d+){3}|\[::1\])$/;

const LONGEST_PAGE = 1_000;

/** What a Web standard request tells by itself; adapters know more. */
function factsOf(request: Request, ctx: unknown): RequestFacts {
  const { protocol, hostname } = new URL(request.url);
  const context = ctx as { waitUntil?: WaitUntil } | undefined;
  return {
    cookie: request.headers.get("Cookie"),
    authorization: request.headers.get("Authorization"),
    secure: protocol === "https:" || LOCALHOST.test(hostname),
    client: { address: null, userAgent: request.headers.get("User-Agent") },
    waitUntil: context?.waitUntil && ((promise) => context.waitUntil?.(promise)),
  };
}

function seenAt({ lastSeenAt, createdAt }: SessionInfo): number {
  return lastSeenAt ?? createdAt;
}
