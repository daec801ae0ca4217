import type { RequestSession, SessionData, Sessions, SessionsOptions } from "@sojourn/core";
import type { IncomingMessage, ServerResponse } from "node:http";
import { discardHead, statusOf } from "./internal/head.ts";
import { attach, type MiddlewareOptions, mount, type SessionAccess } from "./internal/mount.ts";

export type { MiddlewareOptions, SessionAccess } from "./internal/mount.ts";

/** What is used of Koa's context. */
export interface Context {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly originalUrl: string;
  body: unknown;
  status: number;
  onerror(error: Error): void;
}

type Next = () => Promise<unknown>;

/** `new Koa().use(middleware)` has a typed `ctx.session`. */
export interface SessionMiddleware<
  Data extends object = SessionData,
  Name extends string = "session",
> extends SessionAccess<Data, Pick<Context, "req">> {
  (ctx: Context & Record<Name, RequestSession<Data>>, next: Next): Promise<void>;
  /**
   * Lets only requests with a signed-in session to what follows; `userOf(ctx)` is that session. Others
   * get a 401, or are redirected.
   */
  requireUser(options?: {
    readonly redirectTo?: string;
  }): (ctx: Context, next: Next) => Promise<void>;
}

/** Sessions for Koa: the session of a request is `ctx.session`. */
export function sessions<Data extends object = SessionData, const Name extends string = "session">(
  configuration: Sessions<Data> | SessionsOptions<Data>,
  options: MiddlewareOptions<Name> = {},
): SessionMiddleware<Data, Name> {
  const { sessions, begin, admit, of, userOf } = mount(configuration, options);
  const { as = "session" } = options;

  async function middleware(ctx: Context, next: Next): Promise<void> {
    const { session, gate, refusal } = begin(
      ctx.req,
      ctx.res,
      (error) => ctx.onerror(error as Error),
      ctx.originalUrl,
    );
    attach(ctx, as, session);
    try {
      if (refusal !== null) throw refusal;
      await next();
    } catch (error) {
      gate.fail();
      // If this fails as well, what the handler threw is still the error to be told.
      await gate.save().catch(() => {});
      throw error;
    }
    // Here, so that middleware further out can catch what it throws.
    await gate.save().catch((error: unknown) => {
      discard(ctx, error);
      throw error;
    });
  }

  return Object.assign(middleware, {
    sessions,
    of: (ctx: Pick<Context, "req">) => of(ctx.req),
    userOf: (ctx: Pick<Context, "req">) => userOf(ctx.req),
    requireUser: (redirect?: { readonly redirectTo?: string }) => {
      return async (ctx: Context, next: Next) => {
        await admit(ctx.req, redirect);
        await next();
      };
    },
  });
}

/** What the handler answered does not stand, even if nobody says what does. */
function discard(ctx: Context, error: unknown): void {
  // Koa closes a stream that is replaced.
  ctx.body = null;
  discardHead(ctx.res, error);
  // Koa has to know that it was chosen.
  ctx.status = statusOf(error);
}
