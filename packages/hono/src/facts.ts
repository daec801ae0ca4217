import type { RequestFacts } from "@sojourn/core";
import { clientOf, isLocalhost, type Trust } from "@sojourn/net";
import type { Context } from "hono";

/** What the core is told of a request. */
export function factsOf(c: Context, peer: string | null, trust: Trust): RequestFacts {
  const { url } = c.req;
  const { headers } = c.req.raw;
  const { address, host, secure } = clientOf(
    {
      remoteAddress: peer,
      encrypted: url.startsWith("https:"),
      header: (name) => headers.get(name),
    },
    trust,
  );
  return {
    cookie: headers.get("Cookie"),
    authorization: headers.get("Authorization"),
    secure: secure || isLocalhost(host ?? new URL(url).host),
    client: { address, userAgent: headers.get("User-Agent") },
    waitUntil: waitUntilOf(c),
  };
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
