import type { Client } from "./client.ts";
import { closingOf } from "./closing.ts";
import type { Exchange, RequestFacts } from "./exchange.ts";
import { type FetchHandler, type FetchOptions, respond } from "./fetch.ts";
import { eraseUser, exportUser, type UserExport } from "./internal/about-user.ts";
import { changeFactsOf } from "./internal/change-facts.ts";
import { commit } from "./internal/commit.ts";
import { unbornAnonymous } from "./internal/create.ts";
import { createEngine, type WaitUntil } from "./internal/engine.ts";
import { createExchange } from "./internal/exchange.ts";
import { credentialChanged } from "./internal/credential-change.ts";
import type { Facts } from "./internal/facts.ts";
import { list } from "./internal/list.ts";
import { hold, type Live, whoOf } from "./internal/live.ts";
import { load, noteActivity } from "./internal/load.ts";
import { inputOf, login } from "./internal/login.ts";
import { lockedSession } from "./internal/locked.ts";
import { checkedLabel } from "./internal/login-facts.ts";
import { endReferenced } from "./internal/references.ts";
import { isHandle, revoke, revokeAll } from "./internal/revoke.ts";
import { openTicket } from "./internal/ticket.ts";
import { destroy, rotate } from "./internal/update.ts";
import type { SessionData, SessionsOptions } from "./options.ts";
import type { LockedSession, LoginOptions, PageOptions, SessionPage } from "./request-session.ts";
import { printAsJson, Session, type UserSession } from "./session.ts";
import type { SessionRecord } from "./store.ts";
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
    options?: LoginOptions<Data> & { readonly from?: Session<Data>; readonly client?: Client },
  ): Promise<Handed<UserSession<Data>>>;

  /** The session a token opens; null for anything that opens none. This is activity. */
  open(token: string, options?: OpenOptions): Promise<Session<Data> | null>;

  /** Like `open`, but looking is not activity. */
  peek(token: string, options?: OpenOptions): Promise<Session<Data> | null>;

  /**
   * The session a token opens that cannot be read until its user has authenticated; null: it opens none
   * that waits. Commit what it gives for its new token.
   */
  locked(token: string, options?: OpenOptions): Promise<LockedSession<Data> | null>;

  /**
   * The session that a ticket names, to look at, once: for a socket that brings no cookie. Null: it
   * names none that is there, or has been used, or is more than a minute old.
   */
  openTicket(ticket: string, options?: OpenOptions): Promise<Session<Data> | null>;

  /** Saves what changed, renews the secret where that is due, and gives the token to hand out, if any. */
  commit(session: Session<Data>): Promise<{ readonly token: string | null }>;

  /** Renews the secret now: in place, with a grace for the old one. Null: another renewal is under way. */
  renew(session: Session<Data>): Promise<{ readonly token: string | null }>;

  /** Changes the secret at once, every earlier one dead: when privilege changes. */
  rotate(session: Session<Data>): Promise<{ readonly token: string }>;

  /** Ends a session. */
  destroy(session: Session<Data>): Promise<void>;

  /** A page of a user's live sessions. Default `limit` 100, at most 1,000. `current`: a handle to mark. */
  list(userId: string, options?: PageOptions & { readonly current?: string }): Promise<SessionPage>;

  /** Ends one of the user's sessions. False: the user has none of this handle. */
  revoke(userId: string, handle: string): Promise<boolean>;

  /**
   * Ends all of the user's sessions, but `except`, and gives how many. A login that began before is
   * refused, however late it arrives.
   */
  revokeAll(userId: string, options?: { readonly except?: string }): Promise<number>;

  /**
   * A credential or a role of the user has changed, and the change is stored: ends all sessions but
   * `current`, which is rotated (commit it for its new token); a login that began before is refused.
   */
  onCredentialChange(
    userId: string,
    options?: { readonly current?: UserSession<Data> },
  ): Promise<number>;

  /**
   * Ends the sessions that were logged in with this reference, and gives how many. A login with it that
   * began before is refused. Needs `powers.references`.
   */
  revokeByReference(reference: string): Promise<number>;

  /**
   * Ends every session of this namespace, users' and anonymous ones: in force in this process at once,
   * in all others within 5 s. Needs `powers.marks`.
   */
  revokeEveryone(): Promise<void>;

  /** One of the user's sessions has to authenticate before it can be read again. False: there is none. */
  requireReauthentication(userId: string, handle: string): Promise<boolean>;

  /** Names one of the user's sessions in lists: 1 to 64 characters, or null. False: there is none. */
  setLabel(userId: string, handle: string, label: string | null): Promise<boolean>;

  /** All that is kept about a user, with data and without anything that opens a session. */
  exportUser(userId: string): Promise<UserExport>;

  /** Removes all that is kept about a user, which is their sessions; gives how many there were. */
  eraseUser(userId: string): Promise<number>;

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

export interface OpenOptions {
  /** Who presents it: for the binding, and for events. */
  readonly client?: Client;
}

/** Checks the options, and throws a `ConfigurationError` that names the remedy. */
export function createSessions<Data extends object = SessionData>(
  options: SessionsOptions<Data>,
): Sessions<Data> {
  const engine = createEngine(options);
  const { store, clock } = engine;
  printAsJson();

  async function opened(token: string, client: Client | null): Promise<Live | null> {
    const parsed = engine.tokens.open(token);
    if (parsed === null || parsed.kind === "ticket") return null;
    return load(engine, parsed, clock.now(), client);
  }

  /** A session that waits for its user is none to who does not ask for it. */
  async function openedNow(token: string, client: Client | null): Promise<Live | null> {
    const live = await opened(token, client);
    return live?.lock === null ? live : null;
  }

  function changed(
    userId: string,
    handle: string,
    change: (facts: Facts) => Facts,
  ): Promise<SessionRecord | null> {
    const partition = engine.partitionOf(userId);
    if (!isHandle(handle)) return Promise.resolve(null);
    return changeFactsOf(engine, { partition, handle }, change);
  }

  async function committed(session: Session<Data>, renew: "when-due" | "now") {
    const live = Session.liveOf(session);
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
        const closing = closingOf(request);
        const exchange = sessions.begin(factsOf(request, ctx, closing.closed));
        const given = { session: exchange.session, env: env as never, ctx: ctx as never };
        return respond(
          exchange,
          () => handler(request, given),
          onError && ((error) => onError(error, request)),
          closing,
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

    async login(userId, { from, client = null, ...options } = {}) {
      const live = from === undefined ? null : Session.liveOf(from);
      const input = inputOf<Data>(userId, options, {
        previous: live?.kind === "user" ? live : null,
        anonymous: live?.kind === "anonymous" ? live : null,
        arrivedAt: clock.now(),
        client,
      });
      const created = await login(engine, input);
      const session = new Session<Data>(engine, created) as UserSession<Data>;
      return { session, token: handedOut(created).token as string };
    },

    async open(token, { client = null } = {}) {
      const live = await openedNow(token, client);
      if (live === null) return null;
      noteActivity(engine, live, undefined);
      return new Session(engine, live);
    },

    async peek(token, { client = null } = {}) {
      const live = await openedNow(token, client);
      return live === null ? null : new Session(engine, live);
    },

    async locked(token, { client = null } = {}) {
      const live = await opened(token, client);
      return lockedSession(
        engine,
        live,
        (unlocked) => new Session<Data>(engine, unlocked) as UserSession<Data>,
      );
    },

    async openTicket(given, { client = null } = {}) {
      const live = await openTicket(engine, given, client);
      return live === null ? null : new Session(engine, live);
    },

    commit: (session) => committed(session, "when-due"),

    renew: (session) => committed(session, "now"),

    async rotate(session) {
      await rotate(engine, Session.liveOf(session));
      return { token: handedOut(Session.liveOf(session)).token as string };
    },

    destroy: (session) => destroy(engine, Session.liveOf(session)),

    list: (userId, options) => list(engine, userId, options),

    revoke: (userId, handle) => revoke(engine, userId, handle, null),

    revokeAll: (userId, options = {}) => revokeAll(engine, userId, options, null),

    onCredentialChange(userId, { current } = {}) {
      return credentialChanged(
        engine,
        userId,
        current === undefined ? null : Session.liveOf(current),
        null,
      );
    },

    revokeByReference: (reference) => endReferenced(engine, reference),

    async revokeEveryone() {
      await engine.epoch.begin();
      engine.signals.everyone();
      engine.emit({ type: "everyone_revoked", reason: null, handle: null, userId: null });
    },

    async requireReauthentication(userId, handle) {
      const record = await changed(userId, handle, (facts) => ({ ...facts, locked: true }));
      if (record === null) return false;
      engine.ended(record, { type: "session_locked", reason: "requested", ...whoOf(record) });
      return true;
    },

    async setLabel(userId, handle, label) {
      const checked = label === null ? null : checkedLabel(label);
      return (await changed(userId, handle, (facts) => ({ ...facts, label: checked }))) !== null;
    },

    exportUser: (userId) => exportUser(engine, userId, null),

    eraseUser: (userId) => eraseUser(engine, userId, null),

    async sweep(limit = 1_000) {
      const records = await store.sweep(clock.now(), limit);
      for (const record of records) {
        const reason = record.idleExpiresAt < record.expiresAt ? "idle" : "absolute";
        engine.ended(record, { type: "session_expired", reason, ...whoOf(record) });
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

/** What a Web standard request tells by itself; adapters know more. */
function factsOf(request: Request, ctx: unknown, closed: () => AbortSignal): RequestFacts {
  const { protocol, hostname, pathname, origin } = new URL(request.url);
  const context = ctx as { waitUntil?: WaitUntil } | undefined;
  return {
    request: {
      method: request.method,
      path: pathname,
      ownOrigin: () => origin,
      header: (name) => request.headers.get(name),
    },
    cookie: request.headers.get("Cookie"),
    authorization: request.headers.get("Authorization"),
    secure: protocol === "https:" || LOCALHOST.test(hostname),
    client: { address: null, userAgent: request.headers.get("User-Agent") },
    closed,
    waitUntil: context?.waitUntil && ((promise) => context.waitUntil?.(promise)),
  };
}
