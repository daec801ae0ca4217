import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { createServer } from "node:tls";
import type { Page } from "playwright-core";
import type { Certificate } from "./certificate.ts";

/** A site that says and hears headers byte for byte: in these texts a character is a byte. */
export interface RawSite {
  /**
   * A script on a page of this host asks for `path`, and the answer has these Set-Cookie headers. False:
   * the answer came to nothing.
   */
  set(setCookies: readonly string[], path?: string, host?: string): Promise<boolean>;
  /** The Cookie header of a request that such a script makes; null: it had none. */
  sent(path?: string, host?: string): Promise<string | null>;
  close(): void;
}

/** Speaks HTTP/1.1 by hand, since Node's server refuses to say most of what there is to try. */
export async function serveRaw({ key, cert }: Certificate, page: Page): Promise<RawSite> {
  let setCookies: readonly string[] = [];
  let cookie: string | null = null;

  function answer(head: string): string {
    [, cookie = null] = /^cookie: ?(.*)\r$/im.exec(head) ?? [];
    const body = '<!doctype html><title>Raw</title><link rel="icon" href="data:,">';
    return [
      "HTTP/1.1 200 OK",
      "Content-Type: text/html",
      `Content-Length: ${body.length}`,
      ...setCookies.map((value) => `Set-Cookie: ${value}`),
      `\r\n${body}`,
    ].join("\r\n");
  }

  const sockets = new Set<Socket>();
  const server = createServer({ key, cert }, (socket) => {
    let head = "";
    socket.setEncoding("latin1").on("error", () => socket.destroy());
    socket.on("data", (text: string) => {
      head += text;
      if (!head.endsWith("\r\n\r\n")) return;
      socket.write(answer(head), "latin1");
      head = "";
    });
  });
  server.on("connection", (socket: Socket) => sockets.add(socket));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  async function ask(path: string, host: string): Promise<boolean> {
    const origin = `https://${host}:${port}`;
    if (!page.url().startsWith(`${origin}/`)) {
      const later = setCookies;
      setCookies = [];
      await page.goto(origin);
      setCookies = later;
    }
    // Not from the cache: that would set no cookie.
    const fetching = (url: string) =>
      fetch(url, { cache: "no-store" }).then(
        () => true,
        () => false,
      );
    return page.evaluate(fetching, path);
  }

  return {
    async set(values, path = "/set/", host = "app.test") {
      setCookies = values;
      try {
        return await ask(path, host);
      } finally {
        setCookies = [];
      }
    },
    async sent(path = "/", host = "app.test") {
      await ask(path, host);
      return cookie;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
