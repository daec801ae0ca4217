import type { AddressInfo } from "node:net";
import { serve, type ServerType } from "@hono/node-server";
import type { Sessions } from "@sojourn/core";
import { type StoryData, type StoryHandler, testAdapter } from "@sojourn/testing/suites";
import { Hono } from "hono";
import { sessions } from "../src/index.ts";

function appOf(ready: Sessions<StoryData>, handler: StoryHandler) {
  return new Hono()
    .use(sessions(ready, { trustProxy: { proxies: ["loopback"], host: true } }))
    .all("*", (c) => handler(c.req.raw, c.var.session));
}

testAdapter("hono, app.fetch", async (ready, handler) => {
  const app = appOf(ready, handler);
  return { fetch: async (request) => app.fetch(request), close: async () => {} };
});

testAdapter("hono, over HTTP by @hono/node-server", async (ready, handler) => {
  const server = serve({ fetch: appOf(ready, handler).fetch, port: 0, hostname: "127.0.0.1" });
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    fetch: (request) => fetch(throughProxy(request, port)),
    close: () => closed(server),
  };
});

/** As a proxy on this machine that ends TLS would pass the request on. */
function throughProxy(request: Request, port: number): Request {
  const { protocol, host, pathname, search } = new URL(request.url);
  const proxied = new Request(`http://127.0.0.1:${port}${pathname}${search}`, request);
  proxied.headers.set("X-Forwarded-Proto", protocol.slice(0, -1));
  proxied.headers.set("X-Forwarded-Host", host);
  return proxied;
}

function closed(server: ServerType): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    if ("closeAllConnections" in server) server.closeAllConnections();
  });
}
