import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";
import type { Certificate } from "./certificate.ts";

export type Listener = (req: IncomingMessage, res: ServerResponse) => void;

export interface Site {
  /** "https://app.test:12345", or the same on another host that is served. */
  origin(host?: string): string;
  /** Every request that came, in order: "GET app.test/". */
  readonly requests: readonly string[];
}

/** Serves each host over https (HTTP/2: a browser opens but six connections of HTTP/1.1) for a test. */
export async function serve(
  certificate: Certificate,
  hosts: Readonly<Record<string, Listener>>,
): Promise<Site> {
  const requests: string[] = [];
  const server = createSecureServer({ ...certificate, allowHTTP1: true }, ((
    req: IncomingMessage,
    res: ServerResponse,
  ) => {
    const authority = String(req.headers[":authority"] ?? req.headers.host);
    const host = authority.replace(/:\d+$/, "");
    requests.push(`${req.method} ${host}${req.url}`);
    const listener = hosts[host];
    if (listener !== undefined) return listener(req, res);
    res.writeHead(421).end();
  }) as never);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const sockets = new Set<{ destroy(): void }>();
  server.on("secureConnection", (socket) => sockets.add(socket));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const [first = ""] = Object.keys(hosts);
  return { origin: (host = first) => `https://${host}:${port}`, requests };
}
