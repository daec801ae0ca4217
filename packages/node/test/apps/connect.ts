import { sessions, sojournErrors } from "@sojourn/node/express";
import createApp, { type ErrorHandleFunction } from "connect";
import type { IncomingMessage, ServerResponse } from "node:http";
import { listen } from "../server.ts";
import { type Access, type App, boom, chunks, put, tooLate } from "./app.ts";

// Connect has routes by path and nothing else: handlers write to Node's response.
export const connect: App = {
  name: "Connect",
  serve({ shop, admin, onError, bare }) {
    const session = sessions(shop);
    const adminSession = sessions(admin, { as: "admin" });
    const app = createApp();
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
      await put(session.of(req));
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
      }) as ErrorHandleFunction);
    } else if (!bare) {
      app.use(sojournErrors);
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
