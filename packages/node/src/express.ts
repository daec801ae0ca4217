import type { SessionData, Sessions, SessionsOptions } from "@sojourn/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isForClient, redirectOf, sendError } from "./internal/answer.ts";
import { gateOf } from "./internal/gate.ts";
import { attach, type MiddlewareOptions, mount, type SessionAccess } from "./internal/mount.ts";

export type { MiddlewareOptions, SessionAccess } from "./internal/mount.ts";

/** A middleware of Express and Connect. */
export type Middleware = (
  req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
) => void;

export interface SessionMiddleware<Data extends object = SessionData>
  extends Middleware, SessionAccess<Data, IncomingMessage> {
  /**
   * Lets only requests with a signed-in session to what follows; `userOf(req)` is that session. Others
   * are a 401 for the application's error handler, or are redirected.
   */
  requireUser(options?: { readonly redirectTo?: string }): Middleware;
}

/**
 * Sessions for Express 5, Express 4 and Connect. At run time the session is `req.session`; typed it
 * is `of(req)` of what this gives.
 */
export function sessions<Data extends object = SessionData>(
  configuration: Sessions<Data> | SessionsOptions<Data>,
  options: MiddlewareOptions = {},
): SessionMiddleware<Data> {
  const { begin, admit, ...access } = mount(configuration, options);
  const { as = "session" } = options;

  function middleware(req: IncomingMessage, res: ServerResponse, next: Next): void {
    // Express keeps the innermost router's `next` there: so its error handlers hear of it too.
    const { session, refusal } = begin(req, res, (error) =>
      ((req as { next?: Next }).next ?? next)(error),
    );
    attach(req, as, session);
    if (refusal === null) next();
    else next(refusal);
  }

  function requireUser(redirect?: { readonly redirectTo?: string }): Middleware {
    return (req, res, next) => {
      admit(req, redirect).then(
        () => next(),
        (error) => (redirectOf(error) ? sojournErrors(error, req, res, next) : next(error)),
      );
    };
  }

  return Object.assign(middleware, access, { requireUser });
}

type Next = (error?: unknown) => void;

/**
 * An error handler, `app.use(sojournErrors)`, last but for your own: answers the errors that the
 * client may know of as every adapter does, with the status and a JSON body that holds the code, and
 * redirects where `requireUser({ redirectTo })` threw. All others it passes on.
 */
export function sojournErrors(
  error: unknown,
  _req: IncomingMessage,
  res: ServerResponse,
  next: (error?: unknown) => void,
): void {
  gateOf(res).fail();
  if (isForClient(error) && !res.headersSent) {
    sendError(res, error).catch(next);
  } else {
    next(error);
  }
}
