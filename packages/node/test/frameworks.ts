import { type RequestSession, type Sessions, SojournError } from "@sojourn/core";
import * as node from "@sojourn/node";
import * as express from "@sojourn/node/express";
import * as fastify from "@sojourn/node/fastify";
import * as koa from "@sojourn/node/koa";
import type { StoryData, StoryHandler } from "@sojourn/testing/suites";
import connect from "connect";
import express5 from "express";
import express4 from "express4";
import Fastify, { type FastifyInstance } from "fastify";
import Koa from "koa";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { type Listener, listen, type Running } from "./server.ts";

/** A handler that writes to Node's response by itself, whatever the framework. */
export type RawHandler = (
  req: IncomingMessage,
  res: ServerResponse,
  session: RequestSession<StoryData>,
) => void | Promise<void>;

export interface Framework {
  readonly name: string;
  /** Serves a handler on Web standards, by what the framework has for its answer. */
  serve(sessions: Sessions<StoryData>, handler: StoryHandler): Promise<Running>;
  serveRaw(sessions: Sessions<StoryData>, handler: RawHandler): Promise<Running>;
}

// The client in server.ts plays the one proxy.
const behindProxy = { trustProxy: 1 };

// Other frameworks have ways of their own not to print what the stories make fail.
const quiet: node.ServerOptions = {
  ...behindProxy,
  onError: (_error, _req, res) => void res.writeHead(500).end("Internal Server Error"),
};

const http: Framework = {
  name: "node:http",
  serve: (sessions, handler) =>
    http.serveRaw(sessions, async (req, res, session) => {
      const response = await handler(await requestOf(req), session);
      res.writeHead(response.status, [...response.headers]);
      await sendBody(response, res);
    }),
  serveRaw: (sessions, handler) => listen(node.withSessions(sessions, handler, quiet)),
};

const connectApp: Framework = {
  name: "Connect",
  serve: (sessions, handler) =>
    connectApp.serveRaw(sessions, async (req, res, session) => {
      const response = await handler(await requestOf(req), session);
      res.statusCode = response.status;
      for (const [name, value] of response.headers) res.appendHeader(name, value);
      await sendBody(response, res);
    }),
  async serveRaw(sessions, handler) {
    const middleware = express.sessions(sessions, behindProxy);
    const app = connect();
    app.use(middleware);
    app.use(async (req, res, next) => {
      try {
        await handler(req, res, middleware.of(req));
      } catch (error) {
        next(error);
      }
    });
    app.use(express.sojournErrors);
    return listen(app);
  },
};

function expressApp(name: string, create: typeof express5): Framework {
  // Express 4 does not wait for handlers: it gets rejections by `next`, as it must.
  function app(sessions: Sessions<StoryData>, handle: ExpressHandler): Listener {
    const middleware = express.sessions(sessions, behindProxy);
    const server = create();
    server.use(middleware);
    server.use((req, res, next) => {
      handle(req, res, middleware.of(req)).catch(next);
    });
    server.use(express.sojournErrors);
    return server;
  }
  return {
    name,
    serve: (sessions, handler) =>
      listen(
        app(sessions, async (req, res, session) => {
          const response = await handler(await requestOf(req), session);
          res.status(response.status);
          for (const [header, value] of response.headers) res.append(header, value);
          if (isJson(response)) res.send(Buffer.from(await response.arrayBuffer()));
          else await sendBody(response, res);
        }),
      ),
    serveRaw: (sessions, handler) =>
      listen(app(sessions, async (req, res, session) => handler(req, res, session))),
  };
}

type ExpressHandler = (
  req: express5.Request,
  res: express5.Response,
  session: RequestSession<StoryData>,
) => Promise<void>;

const koaApp: Framework = {
  name: "Koa",
  async serve(sessions, handler) {
    const app = new Koa();
    app.silent = true;
    app
      .use(async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          if (!(error instanceof SojournError)) throw error;
          ctx.body = error.getResponse();
        }
      })
      .use(koa.sessions(sessions, behindProxy))
      .use(async (ctx) => {
        const response = await handler(await requestOf(ctx.req), ctx.session);
        for (const [name, value] of response.headers) ctx.append(name, value);
        if (isJson(response)) ctx.body = await response.text();
        else ctx.body = response.body && Readable.fromWeb(response.body as ReadableStream);
        ctx.status = response.status;
      });
    return listen(app.callback());
  },
  async serveRaw(sessions, handler) {
    const app = new Koa().use(koa.sessions(sessions, behindProxy)).use((ctx) => {
      ctx.respond = false;
      return handler(ctx.req, ctx.res, ctx.session);
    });
    app.silent = true;
    return listen(app.callback());
  },
};

const fastifyApp: Framework = {
  name: "Fastify",
  serve: async (sessions, handler) => {
    const app = Fastify({ forceCloseConnections: true });
    const plugin = fastify.sessions(sessions, behindProxy);
    await app.register(plugin);
    app.removeAllContentTypeParsers();
    app.addContentTypeParser("*", (_request, _payload, done) => done(null));
    app.setErrorHandler((error, _request, reply) =>
      reply.send(error instanceof SojournError ? error.getResponse() : error),
    );
    app.all("*", async (request) => handler(await requestOf(request.raw), plugin.of(request)));
    return listenFastify(app);
  },
  serveRaw: async (sessions, handler) => {
    const app = Fastify({ forceCloseConnections: true });
    const plugin = fastify.sessions(sessions, behindProxy);
    await app.register(plugin);
    app.all("*", async (request, reply) => {
      reply.hijack();
      await handler(request.raw, reply.raw, plugin.of(request));
    });
    return listenFastify(app);
  },
};

async function listenFastify(app: FastifyInstance): Promise<Running> {
  await app.ready();
  return listen(app.server);
}

export const frameworks: readonly Framework[] = [
  http,
  expressApp("Express 5", express5),
  expressApp("Express 4", express4 as unknown as typeof express5),
  connectApp,
  fastifyApp,
  koaApp,
];

async function requestOf(req: IncomingMessage): Promise<Request> {
  const headers = new Headers(req.headers as Record<string, string>);
  const body = ["GET", "HEAD"].includes(req.method as string) ? null : await buffer(req);
  return new Request(`https://${req.headers.host}${req.url}`, {
    method: req.method as string,
    headers,
    body,
  });
}

async function sendBody(response: Response, res: ServerResponse): Promise<void> {
  if (response.body === null) res.end();
  else await pipeline(Readable.fromWeb(response.body as ReadableStream), res);
}

function isJson(response: Response): boolean {
  return response.headers.get("content-type") === "application/json";
}
