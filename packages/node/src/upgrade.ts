import type { Exchange, RequestSession, SessionData, Sessions } from "@sojourn/core";
import { createTrust } from "@sojourn/net";
import { type IncomingMessage, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";
import { isForClient, report, responseTo } from "./internal/answer.ts";
import { factsOf } from "./internal/facts.ts";
import type { AdapterOptions } from "./internal/mount.ts";

/**
 * A listener to a server's "upgrade" that is also given the way to the session. What it throws is
 * answered, as long as it has written nothing to the socket.
 */
export type UpgradeHandler<Data extends object = SessionData> = (
  req: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  session: RequestSession<Data>,
) => void | Promise<void>;

export interface UpgradeOptions extends AdapterOptions {
  /**
   * Told of what the handler threw, and of what went wrong once the socket was open, unless it is a
   * `SojournError` that the client may know of (a 401, 403, 429 or 503), which only is the answer. The
   * answer to all others is a plain 500. By default the error goes to `console.error`.
   */
  readonly onError?: (error: unknown, req: IncomingMessage) => void;
}

/**
 * Sessions for `server.on("upgrade", onUpgrade(sessions, async (req, socket, head, session) => ...))`.
 * A handshake that another site made a browser send is a 403, and no handler runs (ASVS 4.4.2).
 *
 * Give it the sessions that serve the requests: a logout there is then heard here at once. Whoever
 * opens the socket writes the response, so no cookie leaves with it: the handshake renews nothing, and
 * `login`, `logout` and `rotate` belong in a request.
 */
export function onUpgrade<Data extends object = SessionData>(
  sessions: Sessions<Data>,
  handler: UpgradeHandler<Data>,
  { trustProxy, onError = report }: UpgradeOptions = {},
): (req: IncomingMessage, socket: Duplex, head: Buffer) => void {
  const trust = createTrust(trustProxy);

  return (req, socket, head) => {
    // Node has stopped to listen: of a client that breaks off, the error would end the process.
    socket.on("error", () => {});
    const before = bytesWritten(socket);
    const exchange = sessions.begin(factsOf(req, socket, trust));

    async function run(): Promise<void> {
      if (exchange.refusal !== null) throw exchange.refusal;
      await handler(req, socket, head, exchange.session);
      await exchange.finish();
    }

    async function fail(error: unknown): Promise<void> {
      const isOpen = bytesWritten(socket) !== before;
      // A socket whose session could not be saved is not left open: the client would think it was.
      if (isOpen) socket.destroy();
      if (isOpen || !isForClient(error)) onError(error, req);
      // If this fails as well, what the handler threw is still the error to be told.
      await exchange.finish({ failed: true }).catch(() => {});
      if (!isOpen) await answer(socket, error, exchange);
    }

    run()
      .catch(fail)
      .catch((error: unknown) => {
        report(error);
        socket.destroy();
      });
  };
}

/** What Node counts of a connection, earlier responses included. */
function bytesWritten(socket: Duplex & { readonly bytesWritten?: number }): number {
  return socket.bytesWritten ?? 0;
}

/** On a socket that nobody speaks HTTP on any more. */
async function answer(
  socket: Duplex,
  error: unknown,
  exchange: Pick<Exchange, "apply">,
): Promise<void> {
  const response = responseTo(error);
  const body = Buffer.from(await response.arrayBuffer());
  const { headers, status } = response;
  exchange.apply(headers);
  headers.set("Connection", "close");
  headers.set("Content-Length", `${body.length}`);
  headers.set("Date", new Date().toUTCString());
  const head = [...headers].map(([name, value]) => `${name}: ${value}\r\n`).join("");
  socket.write(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${head}\r\n`, "latin1");
  socket.end(body, () => socket.destroy());
}
