import type { RequestFacts } from "@sojourn/core";
import { clientOf, isLocalhost, type Trust } from "@sojourn/net";
import type { Context } from "hono";

/** What the core is told of a request. */
export function factsOf(
  c: Context,
  peer: string | null,
  trust: Trust,
  closed: () => AbortSignal,
): RequestFacts {
  const { url } = c.req;
  const { headers } = c.req.raw;
  const header = (name: string) => headers.get(name);
  const connection = { remoteAddress: peer, encrypted: url.startsWith("https:"), header };
  const client = clientOf(connection, trust);
  const { address, host, secure } = client;
  return {
    request: {
      method: c.req.method,
      path: pathOf(url),
      ownOrigin: () => client.origin() ?? new URL(url).origin,
      header,
    },
    cookie: headers.get("Cookie"),
    authorization: headers.get("Authorization"),
    secure: secure || isLocalhost(host ?? new URL(url).host),
    client: {
      address,
      userAgent: headers.get("User-Agent"),
      network: (ipv4, ipv6) => client.network(ipv4, ipv6),
    },
    closed,
    waitUntil: waitUntilOf(c),
  };
}

/** As it came: `c.req.path` is decoded, and whatever the option `getPath` makes of it. */
function pathOf(url: string): string {
  const [, path = "/"] = /^[^:]+:\/\/[^/?#]*([^?#]*)/.exec(url) ?? [];
  return path || "/";
}

function waitUntilOf(c: Context): RequestFacts["waitUntil"] {
  try {
    const { executionCtx } = c;
    return (promise) => executionCtx.waitUntil(promise);
  } catch {
    // Where the platform has none, Hono's getter throws.
    return undefined;
  }
}
