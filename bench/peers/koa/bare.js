import Koa from "koa";
import { createServer } from "node:http";

export function start() {
  const app = new Koa().use((ctx) => {
    const [, page] = ctx.path.split("/");
    switch (`${ctx.method} /${page}`) {
      case "GET /plain":
        return (ctx.body = "plain");
      case "GET /me":
        return (ctx.body = "nobody");
      case "POST /login":
        return (ctx.body = "hello");
      case "POST /count":
        return (ctx.body = "0");
      default:
        return (ctx.body = "bye");
    }
  });
  return createServer(app.callback());
}
