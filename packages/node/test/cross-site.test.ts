import { withSessions } from "@sojourn/node";
import * as expressAdapter from "@sojourn/node/express";
import * as fastifyAdapter from "@sojourn/node/fastify";
import * as koaAdapter from "@sojourn/node/koa";
import connect from "connect";
import express5 from "express";
import express4 from "express4";
import Fastify from "fastify";
import Koa from "koa";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect as connect2, createServer as createServer2 } from "node:http2";
import type { AddressInfo } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { frameworks } from "./frameworks.ts";
import { listen, type Running } from "./server.ts";
import { createSite } from "./site.ts";

const csrf = { exempt: ["/hooks/*"] };
const CROSS_SITE = { "Sec-Fetch-Site": "cross-site" };

async function post(running: Running, path: string): Promise<number> {
  const headers = CROSS_SITE;
  const url = `https://app.test${path}`;
  return (await running.fetch(new Request(url, { method: "POST", headers }))).status;
}

async function served(running: Running | Promise<Running>): Promise<Running> {
  const server = await running;
  onTestFinished(() => server.close());
  return server;
}

// A mount point is cut off the URL for what is mounted there; the gate goes by the whole path.
describe("mounted at a path, the path that is exempt is the whole one", () => {
  const mounted = (sub: connect.HandleFunction) => connect().use("/hooks", sub);
  const apps: Record<string, () => Promise<Running>> = {
    async "Express 5"() {
      const { sessions } = createSite({ csrf });
      const app = express5().use(["/hooks", "/in"], expressAdapter.sessions(sessions));
      app.use((_req, res) => void res.end("ran"));
      return listen(app.use(expressAdapter.sojournErrors));
    },
    async "Express 4"() {
      const { sessions } = createSite({ csrf });
      const app = (express4 as unknown as typeof express5)();
      app.use(["/hooks", "/in"], expressAdapter.sessions(sessions));
      app.use((_req, res) => void res.end("ran"));
      return listen(app.use(expressAdapter.sojournErrors));
    },
    async Connect() {
      const middleware = expressAdapter.sessions(createSite({ csrf }).sessions);
      const app = mounted(middleware as connect.HandleFunction);
      app.use("/in", middleware as connect.HandleFunction);
      app.use((_req, res) => void res.end("ran"));
      app.use(expressAdapter.sojournErrors);
      return listen(app);
    },
    async Koa() {
      const app = new Koa();
      app.silent = true;
      // What koa-mount does.
      app.use(async (ctx, next) => {
        ctx.url = ctx.url.replace(/^\/(hooks|in)/, "");
        await next();
      });
      app.use(koaAdapter.sessions(createSite({ csrf }).sessions));
      app.use((ctx) => void (ctx.body = "ran"));
      return listen(app.callback());
    },
    async Fastify() {
      const app = Fastify({
        rewriteUrl: (req) => (req.url as string).replace(/^\/(hooks|in)/, ""),
      });
      await app.register(fastifyAdapter.sessions(createSite({ csrf }).sessions));
      app.all("*", async () => "ran");
      await app.ready();
      return listen(app.server);
    },
  };

  test.each(Object.keys(apps))("%s", async (name) => {
    const running = await served((apps[name] as () => Promise<Running>)());
    expect(await post(running, "/hooks/pay")).toBe(200);
    expect(await post(running, "/in/hooks/pay")).toBe(403);
    expect(await post(running, "/in/pay")).toBe(403);
  });
});

test.each(frameworks.map(({ name }) => name))(
  "%s: a socket's handshake from another site is refused, from this one it is not (ASVS 4.4.2)",
  async (name) => {
    const { serveRaw } = frameworks.find(
      (framework) => framework.name === name,
    ) as (typeof frameworks)[0];
    const { port } = await served(
      serveRaw(createSite().sessions, (_req, res) => void res.writeHead(200).end("ran")),
    );
    const statusFrom = async (origin: string) => {
      const headers = {
        Host: "app.test",
        Connection: "Upgrade",
        Upgrade: "websocket",
        Origin: origin,
        "X-Forwarded-Proto": "https",
      };
      const sent = request({ port, host: "127.0.0.1", headers }).end();
      const [response] = (await once(sent, "response")) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect(await statusFrom("https://evil.test")).toBe(403);
    expect(await statusFrom("http://app.test")).toBe(403);
    expect(await statusFrom("https://app.test")).toBe(200);
  },
);

test("HTTP/2: this server's origin is the one that was asked for, whatever a Host header says", async () => {
  const server = createServer2(
    withSessions(createSite().sessions, (_req, res) => void res.end("ran")) as never,
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect2(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.close();
    server.close();
  });
  const statusOf = async (origin: string, host?: string) => {
    const stream = client.request({
      ":method": "POST",
      ":path": "/",
      ":authority": "app.test",
      origin,
      ...(host !== undefined && { host }),
    });
    stream.end();
    const [headers] = await once(stream, "response");
    stream.resume();
    return headers[":status"];
  };
  expect(await statusOf("http://app.test")).toBe(200);
  expect(await statusOf("http://evil.test")).toBe(403);
  expect(await statusOf("http://evil.test", "evil.test")).toBe(403);
});
