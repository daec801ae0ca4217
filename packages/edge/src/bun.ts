import type { Configuration, SessionData } from "@sojourn/core";
import { createServe, type EdgeOptions, type Given } from "./serve.ts";

/** The part of Bun's `server` that sessions need. */
export interface BunServer {
  requestIP(request: Request): { readonly address: string } | null;
}

/**
 * A handler for Bun: `Bun.serve({ fetch: bun({ store, secret }, handler) })`. As in any handler of
 * Bun's, `undefined` stands for a request that `server.upgrade` has taken.
 */
export function bun<
  Data extends object = SessionData,
  Server extends BunServer = BunServer,
  Answer extends Response | undefined = Response,
>(
  configuration: Configuration<Data, Request>,
  handler: (
    request: Request,
    given: Given<Data> & { readonly server: Server },
  ) => Answer | Promise<Answer>,
  options: EdgeOptions = {},
  // Bun's types let only a server with WebSockets have a handler that may give undefined.
): (request: Request, server: Server) => Promise<Response | Extract<Answer, undefined>> {
  const serve = createServe(configuration, options);
  return async (request, server) => {
    let upgraded = false;
    const peer = server.requestIP(request)?.address;
    const response = await serve(request, request, { peer }, async (given) => {
      const answer = await handler(request, { ...given, server });
      upgraded = answer === undefined;
      return answer ?? new Response();
    });
    return upgraded ? (undefined as Extract<Answer, undefined>) : response;
  };
}
