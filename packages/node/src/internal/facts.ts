import type { RequestFacts } from "@sojourn/core";
import { clientOf, isLocalhost, type Trust } from "@sojourn/net";
import type { IncomingMessage } from "node:http";

/** A response, or the socket that one has become. */
interface Closable {
  readonly closed: boolean;
  once(event: "close", listener: () => void): unknown;
}

/** What a request tells the core, behind the proxies that are trusted. */
export function factsOf(
  req: IncomingMessage & { readonly originalUrl?: string },
  res: Closable,
  trust: Trust,
  // Express, Connect and Fastify keep it, where they cut a mount point off or rewrite it.
  url: string = req.originalUrl ?? req.url ?? "/",
): RequestFacts {
  const { headers, socket, method = "GET" } = req;
  // In HTTP/2 the host is a pseudo-header, which counts before the other (RFC 9113 8.3.1).
  const header = (name: string) =>
    ((name === "host" ? headers[":authority"] : null) ?? headers[name])?.toString();
  const encrypted = "encrypted" in socket && socket.encrypted === true;
  const connection = { remoteAddress: socket.remoteAddress, encrypted, header };
  const client = clientOf(connection, trust);
  const { address, secure, host } = client;
  return {
    request: { method, path: pathOf(url), ownOrigin: () => client.origin(), header },
    closed: () => closing(res),
    cookie: headers.cookie,
    authorization: headers.authorization,
    secure: secure || (host !== null && isLocalhost(host)),
    client: {
      address,
      userAgent: headers["user-agent"] ?? null,
      network: (ipv4, ipv6) => client.network(ipv4, ipv6),
    },
  };
}

/** Without the query. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query === -1 ? url : url.slice(0, query);
}

/** Made only for those who ask: an event stream that listens for the end of its session. */
function closing(res: Closable): AbortSignal {
  const controller = new AbortController();
  if (res.closed) controller.abort();
  else res.once("close", () => controller.abort());
  return controller.signal;
}
