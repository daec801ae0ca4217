import { sessions } from "@sojourn/node/koa";
import Koa from "koa";
import { listen } from "../server.ts";
import { type App, boom, chunks, put, tooLate } from "./app.ts";

export const koa: App = {
  name: "Koa",
  serve({ shop, admin, onError }) {
    const session = sessions(shop);
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
      .use(sessions(admin, { as: "admin" }))
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
            await put(ctx.session);
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
