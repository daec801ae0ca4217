import type { RequestFacts } from "@sojourn/core";
import { clientOf, isLocalhost, type Trust } from "@sojourn/net";
import type { IncomingMessage } from "node:http";

/** What a request tells the core, behind the proxies that are trusted. */
export function factsOf(req: IncomingMessage, trust: Trust): RequestFacts {
  const { headers, socket } = req;
  const { address, secure, host } = clientOf(
    {
      remoteAddress: socket.remoteAddress,
      encrypted: "encrypted" in socket && socket.encrypted === true,
      // In HTTP/2 the host is a pseudo-header.
      header: (name) =>
        (headers[name] ?? (name === "host" ? headers[":authority"] : null))?.toString(),
    },
    trust,
  );
  return {
    cookie: headers.cookie,
    authorization: headers.authorization,
    secure: secure || (host !== null && isLocalhost(host)),
    client: { address, userAgent: headers["user-agent"] ?? null },
  };
}
