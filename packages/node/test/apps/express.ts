import { sessions, sojournErrors } from "@sojourn/node/express";
import express5, {
  type ErrorRequestHandler,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import express4 from "express4";
import { listen } from "../server.ts";
import { type Access, type App, boom, chunks, put, tooLate } from "./app.ts";

export const expresses: readonly App[] = [
  expressApp("Express 5", express5),
  expressApp("Express 4", express4 as unknown as typeof express5),
];

function expressApp(name: string, create: typeof express5): App {
  return {
    name,
    serve({ shop, admin, onError, bare }) {
      const session = sessions(shop);
      const app = create();
      // Nothing of what it logs is of interest.
      app.set("env", "test");
      app.use(session);
      app.use(sessions(admin, { as: "admin" }));
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
          await put(session.of(req));
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
        const handler: ErrorRequestHandler = (error, _req, res, _next) => {
          onError(error);
          res.status(418).send("handled");
        };
        app.use(handler);
      } else if (!bare) {
        app.use(sojournErrors);
      }
      return listen(app);
    },
  };

  // Express 5 waits for handlers by itself, Express 4 does not.
  function waited(handler: (req: Request, res: Response) => Promise<void>): RequestHandler {
    if (create === express5) return handler;
    return (req, res, next) => void handler(req, res).catch(next);
  }
}
