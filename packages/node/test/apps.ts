// One small application, written as each framework's users write.
import type { RequestSession, Sessions } from "@sojourn/core";
import { requireUser, withSessions } from "@sojourn/node";
import * as express from "@sojourn/node/express";
import * as fastify from "@sojourn/node/fastify";
import * as koa from "@sojourn/node/koa";
import type { StoryData } from "@sojourn/testing";
import connect from "connect";
import express5 from "express";
import express4 from "express4";
import Fastify, { type FastifyRequest } from "fastify";
import Koa from "koa";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { listen, type Running } from "./server.ts";

export interface Site {
  readonly shop: Sessions<StoryData>;
  /** A second one, side by side with the first. */
  readonly admin: Sessions<StoryData>;
  /** If given, the application has an error handler of its own, which tells this and answers 418. */
  readonly onError?: (error: unknown) => void;
  /** Express and Connect: no error handler at all. */
  readonly bare?: boolean;
}

export interface App {
  readonly name: string;
  serve(site: Site): Promise<Running>;
}

type Access = RequestSession<StoryData>;

async function put(session: Access, value = "value"): Promise<void> {
  (await session.getOrCreate()).data["key"] = value;
}

async function boom(session: Access): Promise<never> {
  await put(session);
  (await session.login("ada")).data["key"] = "value";
  throw new Error("boom");
}

async function tooLate(session: Access): Promise<string> {
  return session.get().then(
    () => "no error",
    (error) => error.code,
  );
}

function chunks(): Readable {
  return Readable.from(["one ", "two ", "three"]);
}

const http: App = {
  name: "node:http",
  serve({ shop, admin }) {
    const sessionsOf = new WeakMap<IncomingMessage, Access>();
    const guarded = requireUser<StoryData>((_req, res, user) => void res.end(user.userId));
    const page = requireUser<StoryData>((_req, res, user) => void res.end(user.userId), {
      redirectTo: "/login",
    });
    const both = withSessions(admin, async (req, res, session) => {
      await put(sessionsOf.get(req) as Access, "shop");
      await put(session, "admin");
      res.end();
    });
    return listen(
      withSessions(shop, async (req, res, session) => {
        switch (req.url) {
          case "/write":
            await put(session);
            return void res.writeHead(302, { Location: "/" }).end();
          case "/json":
            await put(session);
            return void res.setHeader("Content-Type", "application/json").end('{"json":true}');
          case "/stream":
            await put(session);
            return void chunks().pipe(res);
          case "/private":
            return guarded(req, res, session);
          case "/page":
            return page(req, res, session);
          case "/inside":
            await session.requireUser();
            return void res.end();
          case "/inside-page":
            await session.requireUser({ redirectTo: "/login" });
            return void res.end();
          case "/boom":
            return boom(session);
          case "/late":
            res.write("code: ");
            return void res.end(await tooLate(session));
          case "/both":
            sessionsOf.set(req, session);
            return both(req, res);
          default:
            res.writeHead(404).end();
        }
      }),
    );
  },
};

// Connect has routes by path and nothing else: handlers write to Node's response.
const connectApp: App = {
  name: "Connect",
  serve({ shop, admin, onError, bare }) {
    const session = express.sessions(shop);
    const adminSession = express.sessions(admin, { as: "admin" });
    const app = connect();
    app.use(session);
    app.use(adminSession);
    route("/write", async (req, res) => {
      await put(session.of(req));
      res.writeHead(302, { Location: "/" }).end();
    });
    route("/json", async (req, res) => {
      await put(session.of(req));
      res.setHeader("Content-Type", "application/json").end('{"json":true}');
    });
    route("/stream", async (req, res) => {
      await put(session.of(req));
      chunks().pipe(res);
    });
    app.use("/private", session.requireUser());
    route("/private", (req, res) => void res.end(session.userOf(req).userId));
    app.use("/page", session.requireUser({ redirectTo: "/login" }));
    route("/page", (req, res) => void res.end(session.userOf(req).userId));
    route("/inside", async (req, res) => {
      await session.of(req).requireUser();
      res.end();
    });
    route("/inside-page", async (req, res) => {
      await session.of(req).requireUser({ redirectTo: "/login" });
      res.end();
    });
    route("/boom", (req) => boom(session.of(req)));
    route("/late", async (req, res) => {
      res.write("code: ");
      res.end(await tooLate(session.of(req)));
    });
    route("/both", async (req, res) => {
      const named = req as unknown as { session: Access; admin: Access };
      await put(named.session, "shop");
      await put(named.admin, "admin");
      res.end();
    });
    if (onError) {
      app.use(((error, _req, res, _next) => {
        onError(error);
        res.statusCode = 418;
        res.end("handled");
      }) as connect.ErrorHandleFunction);
    } else if (!bare) {
      app.use(express.sojournErrors);
    }
    return listen(app);

    function route(
      path: string,
      handler: (req: IncomingMessage, res: ServerResponse) => void | Promise<void>,
    ): void {
      app.use(path, async (req, res, next) => {
        try {
          await handler(req, res);
        } catch (error) {
          next(error);
        }
      });
    }
  },
};

function expressApp(name: string, create: typeof express5): App {
  return {
    name,
    serve({ shop, admin, onError, bare }) {
      const session = express.sessions(shop);
      const app = create();
      // Nothing of what it logs is of interest.
      app.set("env", "test");
      app.use(session);
      app.use(express.sessions(admin, { as: "admin" }));
      app.get(
        "/write",
        waited(async (req, res) => {
          await put(session.of(req));
          res.redirect("/");
        }),
      );
      app.get(
        "/json",
        waited(async (req, res) => {
          await put(session.of(req));
          res.json({ json: true });
        }),
      );
      app.get(
        "/stream",
        waited(async (req, res) => {
          await put(session.of(req));
          chunks().pipe(res);
        }),
      );
      app.get("/private", session.requireUser(), (req, res) => {
        res.send(session.userOf(req).userId);
      });
      app.get("/page", session.requireUser({ redirectTo: "/login" }), (req, res) => {
        res.send(session.userOf(req).userId);
      });
      app.get(
        "/inside",
        waited(async (req, res) => {
          await session.of(req).requireUser();
          res.end();
        }),
      );
      app.get(
        "/inside-page",
        waited(async (req, res) => {
          await session.of(req).requireUser({ redirectTo: "/login" });
          res.end();
        }),
      );
      app.get(
        "/boom",
        waited((req) => boom(session.of(req))),
      );
      app.get(
        "/late",
        waited(async (req, res) => {
          res.write("code: ");
          res.end(await tooLate(session.of(req)));
        }),
      );
      app.get(
        "/both",
        waited(async (req, res) => {
          const named = req as unknown as { session: Access; admin: Access };
          await put(named.session, "shop");
          await put(named.admin, "admin");
          res.end();
        }),
      );
      if (onError) {
        const handler: express5.ErrorRequestHandler = (error, _req, res, _next) => {
          onError(error);
          res.status(418).send("handled");
        };
        app.use(handler);
      } else if (!bare) {
        app.use(express.sojournErrors);
      }
      return listen(app);
    },
  };

  // Express 5 waits for handlers by itself, Express 4 does not.
  function waited(
    handler: (req: express5.Request, res: express5.Response) => Promise<void>,
  ): express5.RequestHandler {
    if (create === express5) return handler;
    return (req, res, next) => void handler(req, res).catch(next);
  }
}

const fastifyApp: App = {
  name: "Fastify",
  async serve({ shop, admin, onError }) {
    const session = fastify.sessions(shop);
    const app = Fastify({ forceCloseConnections: true });
    if (onError) {
      app.setErrorHandler((error, _request, reply) => {
        onError(error);
        return reply.code(418).send("handled");
      });
    }
    await app.register(session);
    await app.register(fastify.sessions(admin, { as: "admin" }));
    app.get("/write", async (request, reply) => {
      await put(session.of(request));
      return reply.redirect("/");
    });
    app.get("/json", async (request) => {
      await put(session.of(request));
      return { json: true };
    });
    app.get("/stream", async (request) => {
      await put(session.of(request));
      return chunks();
    });
    app.get("/private", { preHandler: session.requireUser() }, async (request) => {
      return session.userOf(request).userId;
    });
    app.get(
      "/page",
      { preHandler: session.requireUser({ redirectTo: "/login" }) },
      async (request) => session.userOf(request).userId,
    );
    app.get("/inside", async (request) => {
      await session.of(request).requireUser();
    });
    app.get("/inside-page", async (request) => {
      await session.of(request).requireUser({ redirectTo: "/login" });
    });
    app.get("/boom", (request) => boom(session.of(request)));
    app.get("/late", async (request, reply) => {
      reply.raw.write("code: ");
      reply.raw.end(await tooLate(session.of(request)));
      return reply;
    });
    app.get("/both", async (request: FastifyRequest) => {
      await put(request.getDecorator<Access>("session"), "shop");
      await put(request.getDecorator<Access>("admin"), "admin");
      return "";
    });
    await app.ready();
    return listen(app.server);
  },
};

const koaApp: App = {
  name: "Koa",
  serve({ shop, admin, onError }) {
    const session = koa.sessions(shop);
    const app = new Koa();
    app.silent = true;
    if (onError) {
      app.use(async (ctx, next) => {
        try {
          await next();
        } catch (error) {
          onError(error);
          ctx.status = 418;
          ctx.body = "handled";
        }
      });
    }
    const guard = session.requireUser();
    const pageGuard = session.requireUser({ redirectTo: "/login" });
    app
      .use(session)
      .use(koa.sessions(admin, { as: "admin" }))
      .use(async (ctx) => {
        switch (ctx.path) {
          case "/write":
            await put(ctx.session);
            return ctx.redirect("/");
          case "/json":
            await put(ctx.session);
            return void (ctx.body = { json: true });
          case "/stream":
            await put(ctx.session);
            return void (ctx.body = chunks());
          case "/private":
            return guard(ctx, async () => void (ctx.body = session.userOf(ctx).userId));
          case "/page":
            return pageGuard(ctx, async () => void (ctx.body = session.userOf(ctx).userId));
          case "/inside":
            await ctx.session.requireUser();
            return;
          case "/inside-page":
            await ctx.session.requireUser({ redirectTo: "/login" });
            return;
          case "/boom":
            return boom(ctx.session);
          case "/late":
            ctx.respond = false;
            ctx.res.statusCode = 200;
            ctx.res.write("code: ");
            return void ctx.res.end(await tooLate(ctx.session));
          case "/both":
            await put(ctx.session, "shop");
            await put(ctx.admin, "admin");
            ctx.body = "";
        }
      });
    return listen(app.callback());
  },
};

export const apps: readonly App[] = [
  http,
  expressApp("Express 5", express5),
  expressApp("Express 4", express4 as unknown as typeof express5),
  connectApp,
  fastifyApp,
  koaApp,
];
