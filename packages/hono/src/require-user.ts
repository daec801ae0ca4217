import { ConfigurationError, type RequestSession, UnauthenticatedError } from "@sojourn/core";
import type { Context, MiddlewareHandler } from "hono";
import type { UserVariables } from "./variables.ts";

export interface RequireUserOptions<From extends string = "session"> {
  /** Where to send those who are not signed in. Without it they get a 401. */
  readonly redirectTo?: string;
  /** The variable of `sessions()` to look at, where its option `as` has renamed it. */
  readonly from?: From;
}

/**
 * Lets only signed-in users through; after it, `c.var.userSession` is the session, never null. Others
 * are redirected, or meet an `UnauthenticatedError`, which goes to `app.onError`: by default a 401.
 */
export function requireUser<const From extends string = "session">({
  from = "session" as From,
  ...options
}: RequireUserOptions<From> = {}): MiddlewareHandler<{ Variables: UserVariables<From> }> {
  return async (c: Context, next) => {
    const session = c.get(from) as RequestSession | undefined;
    if (session === undefined) {
      throw new ConfigurationError(
        `requireUser() finds no c.var.${from}. Put app.use(sessions(...)) before it, or name its variable: requireUser({ from: "..." }).`,
      );
    }
    try {
      c.set("userSession", await session.requireUser(options));
    } catch (error) {
      // A redirect is no error: no onError has to know of it.
      const redirects = options.redirectTo !== undefined && error instanceof UnauthenticatedError;
      if (!redirects) throw error;
      const answer = error.getResponse();
      return c.newResponse(answer.body, answer);
    }
    return next();
  };
}
