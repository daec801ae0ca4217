import { requireUser, withSessions } from "@sojourn/node";
import type { StoryData } from "@sojourn/testing/suites";
import type { IncomingMessage } from "node:http";
import { listen } from "../server.ts";
import { type Access, type App, boom, chunks, put, tooLate } from "./app.ts";

export const http: App = {
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
            await put(session);
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
