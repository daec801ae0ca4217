import type { Client } from "../client.ts";
import {
  CrossSiteError,
  HeadersSentError,
  ReauthenticationRequiredError,
  type ThrottledError,
  UnauthenticatedError,
} from "../errors.ts";
import type { Exchange, RequestFacts } from "../exchange.ts";
import { appendToken, makePrivate, makeUncacheable } from "../headers.ts";
import { bearerCarrier, cookieCarrier } from "./carrier.ts";
import { commit } from "./commit.ts";
import { unbornAnonymous } from "./create.ts";
import type { Engine } from "./engine.ts";
import { hold, type Live } from "./live.ts";
import { credentialChanged } from "./credential-change.ts";
import { list } from "./list.ts";
import { load, noteActivity } from "./load.ts";
import { lockedSession } from "./locked.ts";
import { authenticationOf, login } from "./login.ts";
import { revoke, revokeAll } from "./revoke.ts";
import type { Kind } from "./token.ts";
import { destroy, rotate } from "./update.ts";
import type { RequestSession } from "../request-session.ts";
import { Session, type UserSession } from "../session.ts";

export function createExchange<Data extends object>(
  engine: Engine,
  facts: RequestFacts,
): Exchange<Data> {
  const arrivedAt = engine.clock.now();
  const client = facts.client ?? null;
  const carrier = (engine.bearer ? bearerCarrier : cookieCarrier)(engine, facts);
  const loading = new Map<Kind, Promise<Live | null>>();
  const held = new Map<Kind, Live>();
  const loggedOut = new Set<Kind>();
  const faces = new WeakMap<Live, Session<Data>>();
  let creating: Promise<Live> | null = null;
  let throttled: ThrottledError | false | null = null;
  let found = false;
  let closed = false;

  function ask(): void {
    if (closed) {
      throw new HeadersSentError(
        "The session is asked for after the response's headers have left. Read it before you stream.",
      );
    }
    exchange.asked = true;
  }

  /** The session of this kind that the request carries: looked up at most once. */
  function loaded(kind: Kind): Promise<Live | null> {
    let live = loading.get(kind);
    if (live === undefined) {
      live = find(kind);
      loading.set(kind, live);
    }
    return live;
  }

  /** Asked once, whatever the request carries. */
  function admit(): void {
    throttled ??= engine.throttled(client) ?? false;
    if (throttled) throw throttled;
  }

  async function find(kind: Kind): Promise<Live | null> {
    const opened = carrier.find(kind, admit);
    if (opened === null) return null;
    return keep(await load(engine, opened, arrivedAt, client, facts));
  }

  function keep<L extends Live | null>(live: L): L {
    if (live !== null) {
      found = true;
      held.set(live.kind, live);
      loading.set(live.kind, Promise.resolve(live));
    }
    return live;
  }

  /** The user's session decides; the anonymous one counts only where there is no other. */
  async function current(): Promise<Live | null> {
    // What has been loaded may be looked at for as long as the handler runs, streaming included.
    if (loading.size === 0) ask();
    return unlocked(alive(await loaded("user"))) ?? alive(await loaded("anonymous"));
  }

  /** To whom nothing is said of it, a session that waits for its user is none. */
  function unlocked(live: Live | null): Live | null {
    return live?.lock === null ? live : null;
  }

  /** The user's session, whether it is locked or not. */
  async function userLive(): Promise<Live | null> {
    ask();
    return alive(await loaded("user"));
  }

  function alive(live: Live | null): Live | null {
    return live === null || live.state === "gone" || live.state === "ended" ? null : live;
  }

  function face(live: Live): Session<Data> {
    let session = faces.get(live);
    if (session === undefined) faces.set(live, (session = new Session<Data>(engine, live)));
    return session;
  }

  async function active(): Promise<Live | null> {
    const live = await current();
    if (live !== null) noteActivity(engine, live, facts.waitUntil);
    return live;
  }

  /** Whoever asks while one is being made gets the same one. */
  async function activeOrNew(): Promise<Live> {
    const live = await active();
    if (live !== null) return live;
    creating ??= createAnonymous().finally(() => (creating = null));
    return creating;
  }

  async function createAnonymous(): Promise<Live> {
    ask();
    const unborn = unbornAnonymous(engine);
    const { record, minted } = unborn.prepared;
    const born = { ...record, version: 0 };
    return keep(
      await hold(engine, born, minted.hash, arrivedAt, { unborn, client, closed: facts.closed }),
    );
  }

  const session: RequestSession<Data> = {
    arrivedAt,
    client: facts.client ?? { address: null, userAgent: null },

    async get() {
      const live = await active();
      return live === null ? null : face(live);
    },

    async peek() {
      const live = await current();
      return live === null ? null : face(live);
    },

    async getOrCreate() {
      return face(await activeOrNew());
    },

    async requireUser({ redirectTo } = {}) {
      const live = await active();
      if (live?.kind !== "user") {
        const lock = alive(held.get("user") ?? null)?.lock;
        throw lock ? new ReauthenticationRequiredError(lock) : new UnauthenticatedError(redirectTo);
      }
      return face(live) as UserSession<Data>;
    },

    async update(fn, options) {
      return (await session.getOrCreate()).update(fn, options);
    },

    async login(userId, options = {}) {
      ask();
      const [previous, anonymous] = await Promise.all([loaded("user"), loaded("anonymous")]);
      const live = await login(engine, {
        userId,
        previous: alive(previous),
        anonymous: alive(anonymous),
        carry: options.carry ?? [],
        data: options.data ?? {},
        policy: options.policy,
        persistent: options.persistent ?? false,
        authenticatedAt: options.authenticatedAt ?? arrivedAt,
        arrivedAt,
        client,
        closed: facts.closed,
        ...authenticationOf(options),
      });
      loggedOut.delete("user");
      return face(keep(live)) as UserSession<Data>;
    },

    async logout() {
      ask();
      const lives = await Promise.all([loaded("user"), loaded("anonymous")]);
      await Promise.all(lives.map((live) => alive(live) && destroy(engine, live as Live)));
      loggedOut.add("user").add("anonymous");
    },

    async revokeOthers() {
      ask();
      const { userId, handle } = await session.requireUser();
      const count = await revokeAll(engine, userId, { except: handle }, client);
      await rotate(engine, held.get("user") as Live);
      return count;
    },

    async onCredentialChange(userId) {
      const live = await userLive();
      return credentialChanged(
        engine,
        userId,
        live?.record.userId === userId ? live : null,
        client,
      );
    },

    async requireFresh(freshness) {
      const user = await session.requireUser();
      user.requireFresh(freshness);
      return user;
    },

    async locked() {
      const live = await userLive();
      return lockedSession(
        engine,
        live,
        (opened) => face(opened) as UserSession<Data>,
        facts.waitUntil,
      );
    },

    async list(options) {
      const { userId, handle } = await session.requireUser();
      return list(engine, userId, { ...options, current: handle });
    },

    async revoke(handle) {
      const { userId } = await session.requireUser();
      return revoke(engine, userId, handle, client);
    },
  };

  const refused = refusal(engine, facts, client);
  const exchange: Exchange<Data> & { asked: boolean } = {
    session,
    refusal: refused,
    // A getter would cost each request microseconds: V8 makes such an object a class of its own.
    asked: refused !== null,

    async finish({ failed = false } = {}) {
      closed = true;
      if (!exchange.asked) return;
      // A handler may have asked without waiting for the answer.
      await Promise.allSettled(loading.values());
      const save = !failed || engine.saveOnError;
      const renews = !isHandshake(facts);
      try {
        for (const live of held.values()) {
          const renew = renews && live.active ? "when-due" : "never";
          await commit(engine, live, { save, renew });
        }
      } finally {
        for (const live of held.values()) if (live.state === "open") live.state = "closed";
      }
    },

    apply(headers) {
      if (!exchange.asked) return;
      if (refused !== null) {
        // Whatever an error handler has made of it. W3C Fetch Metadata, section 3: what it depends on.
        for (const name of ["Sec-Fetch-Site", "Origin"]) appendToken(headers, "Vary", name);
        makeUncacheable(headers);
      }
      appendToken(headers, "Vary", carrier.vary);
      if (found) makePrivate(headers);
      // Not where somebody has logged in since: it might clear the new cookie.
      if (loggedOut.has("user") && facts.secure && engine.clearSiteData !== null) {
        headers.append("Clear-Site-Data", engine.clearSiteData);
      }
      for (const kind of ["anonymous", "user"] as const) {
        const live = held.get(kind);
        const token = live?.token ?? null;
        if (token === null && !loggedOut.has(kind) && live?.state !== "ended") continue;
        carrier.deliver(headers, kind, token, maxAge(live));
        makeUncacheable(headers);
        if (!facts.secure) engine.warnPlainHttp();
      }
    },
  };
  return exchange;

  function maxAge(live: Live | undefined): number | undefined {
    if (!live?.record.persistent) return undefined;
    return Math.max(0, Math.floor((live.record.expiresAt - engine.clock.now()) / 1000));
  }
}

/**
 * Whoever speaks the socket's protocol writes the response, and may know of no cookie: a new secret
 * might never arrive, and until it is known to be lost no request would renew (RFC 6455, RFC 8441).
 */
function isHandshake({ request }: RequestFacts): boolean {
  return request !== undefined && (request.method === "CONNECT" || !!request.header("upgrade"));
}

/** Turned away at the door: no cookie is looked at, and no store is asked. */
function refusal(engine: Engine, { request }: RequestFacts, client: Client | null) {
  const reason = request === undefined ? null : engine.gate(request);
  if (reason === null) return null;
  engine.emit({ type: "cross_site_refused", reason, handle: null, userId: null }, client);
  return new CrossSiteError(
    "The request comes from another site. Option csrf names the origins and paths that may.",
  );
}
