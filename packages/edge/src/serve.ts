import {
  type Client,
  closingOf,
  type Configuration,
  configured,
  type FetchOptions,
  type RequestFacts,
  type RequestSession,
  respond,
  type Sessions,
} from "@sojourn/core";
import { clientOf, createTrust, isLocalhost, type Trust, type TrustProxy } from "@sojourn/net";

export interface EdgeOptions extends FetchOptions {
  /** The proxies in front of the server, as in @sojourn/net. Default: none. */
  readonly trustProxy?: TrustProxy;
}

/** Who is at the other end, and how: the server's own view, and what trusted proxies say. */
export interface EdgeClient extends Client {
  /** Whether the client spoke TLS. */
  readonly secure: boolean;
  /** Name and port that the client asked for, in lower case; null: missing or malformed. */
  readonly host: string | null;
  /** The network that the address is in, cut to so many bits: "192.0.2.0/24". Null: not known. */
  network(ipv4: number, ipv6: number): string | null;
  /** This server's origin as the client sees it: "https://app.example". Null: not known. */
  origin(): string | null;
}

/** What every handler is given. */
export interface Given<Data extends object> {
  /** The way to the session of this request. */
  readonly session: RequestSession<Data>;
  /** All that can be done without a request: `list`, `revoke`, `revokeAll`, ... */
  readonly sessions: Sessions<Data>;
  readonly client: EdgeClient;
}

/** What only the platform knows of a request. */
interface Platform {
  readonly peer: string | null | undefined;
  readonly waitUntil?: RequestFacts["waitUntil"];
}

/** Runs a handler within an exchange: what the three platforms have in common. */
export type Serve<Data extends object, Context> = (
  request: Request,
  context: Context,
  platform: Platform,
  run: (given: Given<Data>) => Response | Promise<Response>,
) => Promise<Response>;

export function createServe<Data extends object, Context>(
  configuration: Configuration<Data, Context>,
  { trustProxy, onError }: EdgeOptions,
): Serve<Data, Context> {
  const sessionsFor = configured(configuration);
  const trust = createTrust(trustProxy);
  return async (request, context, { peer, waitUntil }, run) => {
    const sessions = await sessionsFor(context);
    const client = identify(request, peer, trust);
    const closing = closingOf(request);
    const exchange = sessions.begin({
      request: {
        method: request.method,
        path: new URL(request.url).pathname,
        ownOrigin: () => client.origin() ?? new URL(request.url).origin,
        header: (name) => request.headers.get(name),
      },
      cookie: request.headers.get("Cookie"),
      authorization: request.headers.get("Authorization"),
      secure: client.secure || isLocalhost(client.host ?? new URL(request.url).host),
      client,
      closed: closing.closed,
      waitUntil,
    });
    const given = { session: exchange.session, sessions, client };
    const answer = onError && ((error: unknown) => onError(error, request));
    return respond(exchange, () => run(given), answer, closing);
  };
}

function identify({ url, headers }: Request, peer: Platform["peer"], trust: Trust): EdgeClient {
  const connection = {
    remoteAddress: peer,
    encrypted: url.startsWith("https:"),
    header: (name: string) => headers.get(name),
  };
  const client = clientOf(connection, trust);
  const { address, secure, host } = client;
  const userAgent = headers.get("User-Agent");
  const network = (ipv4: number, ipv6: number) => client.network(ipv4, ipv6);
  return { address, secure, host, userAgent, network, origin: () => client.origin() };
}
