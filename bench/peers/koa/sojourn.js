import { sessions } from "@sojourn/node/koa";
import Koa from "koa";
import { createServer } from "node:http";
import { SECRET } from "../settings.js";
import { createStore } from "../sojourn-store.js";

export async function start({ redis }) {
  const session = sessions({ store: await createStore(redis), secret: SECRET });
  const app = new Koa().use(session).use(async (ctx) => {
    const [, page, argument] = ctx.path.split("/");
    switch (`${ctx.method} /${page}`) {
      case "GET /plain":
        return (ctx.body = "plain");
      case "GET /me": {
        const found = await ctx.session.get();
        return (ctx.body = found?.userId ? `${found.userId} ${found.data.count ?? 0}` : "nobody");
      }
      case "POST /login":
        await ctx.session.login(argument);
        return (ctx.body = "hello");
      case "POST /count": {
        const { data } = await ctx.session.requireUser();
        data.count = (data.count ?? 0) + 1;
        return (ctx.body = `${data.count}`);
      }
      default:
        await ctx.session.logout();
        return (ctx.body = "bye");
    }
  });
  return createServer(app.callback());
}
