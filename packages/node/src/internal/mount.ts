import {
  ConfigurationError,
  createSessions,
  type RequestSession,
  type Sessions,
  type SessionsOptions,
  type SojournError,
  type UserSession,
} from "@sojourn/core";
import { createTrust, type TrustProxy } from "@sojourn/net";
import type { IncomingMessage, ServerResponse } from "node:http";
import { factsOf } from "./facts.ts";
import { type Gate, gateOf } from "./gate.ts";

/** What all of the adapters take besides the sessions. */
export interface AdapterOptions {
  /**
   * The proxies in front of the server, whose word is taken for the client's address and for https:
   * see `trustProxy` in @sojourn/net. Default: none.
   */
  readonly trustProxy?: TrustProxy;
}

/** What the adapters for frameworks take. */
export interface MiddlewareOptions<Name extends string = string> extends AdapterOptions {
  /** The name of the session on the framework's request; default "session". */
  readonly as?: Name;
}

/** What a middleware gives besides, typed. `Carrier` is what the framework hands to a handler. */
export interface SessionAccess<Data extends object, Carrier> {
  readonly sessions: Sessions<Data>;
  /** The way to the session of this request. */
  of(request: Carrier): RequestSession<Data>;
  /** The signed-in session, where `requireUser()` stands before the handler. */
  userOf(request: Carrier): UserSession<Data>;
}

/** One adapter's view of its requests. */
export interface Mount<Data extends object> extends SessionAccess<Data, IncomingMessage> {
  begin(
    req: IncomingMessage,
    res: ServerResponse,
    answer: (error: unknown) => void,
    /** As it came, where the framework keeps that elsewhere. */
    url?: string,
  ): {
    readonly session: RequestSession<Data>;
    readonly gate: Gate;
    /** What to answer instead of running the handler. */
    readonly refusal: SojournError | null;
  };
  /** Lets a signed-in session pass, for `userOf`. */
  admit(req: IncomingMessage, options?: { readonly redirectTo?: string }): Promise<void>;
}

export function mount<Data extends object>(
  given: Sessions<Data> | SessionsOptions<Data>,
  { trustProxy }: AdapterOptions,
): Mount<Data> {
  const sessions = "begin" in given ? given : createSessions(given);
  const trust = createTrust(trustProxy);
  // What this mount keeps on a request. Its own symbol: an app may have several.
  const key = Symbol("Sojourn session");
  type Carrier = IncomingMessage & {
    [key]?: { readonly session: RequestSession<Data>; user?: UserSession<Data> };
  };

  function of(req: Carrier): RequestSession<Data> {
    const session = req[key]?.session;
    if (session === undefined) {
      throw new ConfigurationError(
        "This request did not come through the sessions: mount them before the handler that asks for one.",
      );
    }
    return session;
  }

  return {
    sessions,
    of,

    userOf(req: Carrier) {
      const user = req[key]?.user;
      if (user === undefined) {
        throw new ConfigurationError(
          "userOf() is for handlers behind requireUser(). Put it before this one, or await requireUser() of the session.",
        );
      }
      return user;
    },

    begin(req: Carrier, res, answer, url) {
      const exchange = sessions.begin(factsOf(req, res, trust, url));
      const gate = gateOf(res);
      gate.add(exchange, answer);
      req[key] = { session: exchange.session };
      return { session: exchange.session, gate, refusal: exchange.refusal };
    },

    async admit(req: Carrier, options) {
      const session = of(req);
      req[key] = { session, user: await session.requireUser(options) };
    },
  };
}

/** What puts the session where a framework's handlers look for it. */
export function attach(carrier: object, name: string, session: object): void {
  if (name in carrier) {
    throw new ConfigurationError(
      `The request already has a "${name}". Give these sessions another name: { as: "admin" }.`,
    );
  }
  Object.assign(carrier, { [name]: session });
}
