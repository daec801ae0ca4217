import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:net";

/** Listens on 127.0.0.1; without a port on one that is free. Gives the port. */
export async function listen(server: Server, port?: number): Promise<number> {
  for (;;) {
    // Below those that systems give to outgoing connections, so that a server which goes away for a
    // moment finds its port free when it comes back.
    const candidate = port ?? randomInt(10_000, 32_000);
    try {
      server.listen(candidate, "127.0.0.1");
      await once(server, "listening");
      return candidate;
    } catch (error) {
      if (port !== undefined || (error as { code?: string }).code !== "EADDRINUSE") throw error;
    }
  }
}

/** A port of 127.0.0.1 on which nobody listens. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, "close");
  return port;
}
