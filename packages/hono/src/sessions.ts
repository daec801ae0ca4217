import { closingOf, type Configuration, configured, type SessionData } from "@sojourn/core";
import { createTrust, type TrustProxy } from "@sojourn/net";
import type { Context, MiddlewareHandler } from "hono";
import { Facts } from "./facts.ts";
import { peerOf } from "./peer.ts";
import { applyTo, clearResponse } from "./response.ts";
import type { SessionVariables } from "./variables.ts";

export interface SessionsMiddlewareOptions<As extends string = "session"> {
  /** The variable's name: `c.var.session`. Each middleware of an app needs its own, and its own cookie. */
  readonly as?: As;
  /** The proxies in front of the server, as in @sojourn/net. Default: none. */
  readonly trustProxy?: TrustProxy;
  /**
   * The address at the other end of the connection; null: not known. Default: what Workers,
   * @hono/node-server, `Deno.serve` and `Bun.serve` tell.
   */
  readonly peer?: (c: Context) => string | null;
}

/**
 * Gives every request its session, as `c.var.session`. What changed is saved before the headers
 * leave, unless the handler threw or answered 5xx. An error in saving goes to `app.onError`.
 */
export function sessions<Data extends object = SessionData, const As extends string = "session">(
  configuration: Configuration<Data, Context>,
  { as = "session" as As, trustProxy, peer = peerOf }: SessionsMiddlewareOptions<As> = {},
): MiddlewareHandler<{ Variables: SessionVariables<Data, As> }> {
  const sessionsFor = configured(configuration);
  const trust = createTrust(trustProxy);
  return async (c: Context, next) => {
    const given = sessionsFor(c);
    const { begin } = given instanceof Promise ? await given : given;
    const closing = closingOf(c.req.raw);
    const exchange = begin(new Facts(c, peer(c), trust, closing.closed));
    c.set(as, exchange.session);
    try {
      if (exchange.refusal !== null) throw exchange.refusal;
      let failed = true;
      try {
        await next();
        // Hono has answered what a handler threw.
        failed = c.error !== undefined || c.res.status >= 500;
      } finally {
        // What else is thrown is no Error, or comes from the notFound handler.
        const finished = exchange.finish({ failed });
        if (exchange.asked) await finished;
      }
    } catch (error) {
      clearResponse(c);
      closing.end();
      throw error;
    } finally {
      applyTo(c, exchange);
    }
    const response = closing.watched(c.res);
    if (response !== c.res) c.res = response;
  };
}
