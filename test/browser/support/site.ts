import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificate.ts";

export type Listener = (req: IncomingMessage, res: ServerResponse) => void;

export interface Site {
  /** "https://app.test:12345", or the same on another host that is served. */
  origin(host?: string): string;
  /** Every request that came, in order: "GET app.test/". */
  readonly requests: readonly string[];
}

/**
 * Serves each host for a test: over https (HTTP/2, because a browser opens but six connections of
 * HTTP/1.1), or without a certificate over http.
 */
export async function serve(
  certificate: Certificate | null,
  hosts: Readonly<Record<string, Listener>>,
): Promise<Site> {
  const requests: string[] = [];
  function listener(req: IncomingMessage, res: ServerResponse): void {
    const host = String(req.headers[":authority"] ?? req.headers.host).replace(/:\d+$/, "");
    requests.push(`${req.method} ${host}${req.url}`);
    const listener = hosts[host];
    if (listener !== undefined) return listener(req, res);
    res.writeHead(421).end();
  }

  const server =
    certificate === null
      ? createServer(listener)
      : createSecureServer({ ...certificate, allowHTTP1: true }, listener as never);
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const [first = ""] = Object.keys(hosts);
  const scheme = certificate === null ? "http" : "https";
  return { origin: (host = first) => `${scheme}://${host}:${port}`, requests };
}
