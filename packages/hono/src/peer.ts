import type { Context } from "hono";

/** What the servers put into `c.env`, or into its `server`, for `getConnInfo` of Hono as well. */
interface ServerEnv {
  /** @hono/node-server */
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } };
  /** Deno.serve(app.fetch) */
  readonly remoteAddr?: { readonly hostname?: string };
  /** Bun.serve({ fetch: app.fetch }) */
  readonly requestIP?: (request: Request) => { readonly address: string } | null;
  readonly server?: ServerEnv;
}

/** The address at the other end of the connection, on the servers named above and on Workers. */
export function peerOf(c: Context): string | null {
  // A Worker sees no connection. Cloudflare writes this header, over whatever the client has sent;
  // anywhere else it would be the client's own word.
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers") {
    return c.req.raw.headers.get("CF-Connecting-IP");
  }
  const env = c.env as ServerEnv | undefined;
  const server = env?.server ?? env;
  const address =
    server?.incoming?.socket?.remoteAddress ??
    server?.remoteAddr?.hostname ??
    server?.requestIP?.(c.req.raw)?.address;
  return address ?? null;
}
