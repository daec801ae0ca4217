import type { Configuration, SessionData } from "@sojourn/core";
import { createServe, type EdgeOptions, type Given } from "./serve.ts";

/** The part of a Worker's `ctx` that sessions need. */
export interface WorkersContext {
  waitUntil(promise: Promise<unknown>): void;
}

/**
 * A Worker: `export default workers((env: Env) => ({ store, secret: env.SESSION_SECRET }), handler)`.
 * The client's address is Cloudflare's CF-Connecting-IP, which no client can set.
 */
export function workers<
  Data extends object = SessionData,
  Env = unknown,
  Context extends WorkersContext = WorkersContext,
>(
  configuration: Configuration<Data, Env>,
  handler: (
    request: Request,
    given: Given<Data> & { readonly env: Env; readonly ctx: Context },
  ) => Response | Promise<Response>,
  options: EdgeOptions = {},
): { fetch(request: Request, env: Env, ctx: Context): Promise<Response> } {
  const serve = createServe(configuration, options);
  return {
    fetch(request, env, ctx) {
      const peer = request.headers.get("CF-Connecting-IP");
      const waitUntil = (promise: Promise<unknown>) => ctx.waitUntil(promise);
      return serve(request, env, { peer, waitUntil }, (given) =>
        handler(request, { ...given, env, ctx }),
      );
    },
  };
}
