import { once } from "node:events";
import {
  createServer,
  type IncomingMessage,
  request as send,
  type Server,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough, Readable } from "node:stream";
import type { StoryServer } from "@sojourn/testing/suites";

/** An application on a port of loopback. */
export interface Running extends StoryServer {
  readonly port: number;
  readonly server: Server;
}

export type Listener = (req: IncomingMessage, res: ServerResponse) => void;

export async function listen(listener: Listener | Server): Promise<Running> {
  const server = typeof listener === "function" ? createServer(listener) : listener;
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    server,
    fetch: (request) => forward(request, port),
    async close() {
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends a request to a port as a proxy would that serves the request's origin. */
async function forward(request: Request, port: number): Promise<Response> {
  const { host, protocol, pathname, search } = new URL(request.url);
  const outgoing = send({
    port,
    host: "127.0.0.1",
    method: request.method,
    path: pathname + search,
    headers: {
      ...Object.fromEntries(request.headers),
      host,
      "x-forwarded-proto": protocol.slice(0, -1),
    },
  });
  outgoing.end(Buffer.from(await request.arrayBuffer()));
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  return responseOf(incoming);
}

function responseOf(incoming: IncomingMessage): Response {
  // Read at once, whoever asks: a connection with something left to read takes no further request.
  const body = incoming.pipe(new PassThrough({ highWaterMark: 1 << 20 }));
  // Who cancels it has left.
  body.once("close", () => incoming.complete || incoming.destroy());
  const status = incoming.statusCode as number;
  const bodyless = [204, 304].includes(status);
  const response = new Response(bodyless ? null : (Readable.toWeb(body) as ReadableStream), {
    status,
  });
  const { rawHeaders } = incoming;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    response.headers.append(rawHeaders[at] as string, rawHeaders[at + 1] as string);
  }
  return response;
}
