import type { Configuration, SessionData } from "@sojourn/core";
import { createServe, type EdgeOptions, type Given } from "./serve.ts";

/** The part of what `Deno.serve` tells of a request that sessions need. */
export interface DenoServeInfo {
  /** On a Unix socket without a hostname. */
  readonly remoteAddr: { readonly transport: string; readonly hostname?: string };
}

/** A handler for Deno: `Deno.serve(deno({ store, secret }, handler))`. */
export function deno<Data extends object = SessionData, Info extends DenoServeInfo = DenoServeInfo>(
  configuration: Configuration<Data, Request>,
  handler: (
    request: Request,
    given: Given<Data> & { readonly info: Info },
  ) => Response | Promise<Response>,
  options: EdgeOptions = {},
): (request: Request, info: Info) => Promise<Response> {
  const serve = createServe(configuration, options);
  return (request, info) =>
    serve(request, request, { peer: info.remoteAddr.hostname }, (given) =>
      handler(request, { ...given, info }),
    );
}
