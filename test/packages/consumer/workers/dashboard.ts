import { createSessions } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { dashboardApp } from "@sojourn/dashboard/hono";
import { sessions as mounted } from "@sojourn/hono";
import { memoryStore } from "@sojourn/memory";
import { type Context, Hono } from "hono";

declare const SECRET: string;

const board = dashboard({ isAdmin: (_, c: Context) => c.req.header("x-operator") === "yes" });
const sessions = board.use(
  createSessions({ store: board.store(memoryStore()), secret: SECRET, onEvent: board.onEvent }),
);

export default new Hono()
  .use(mounted(sessions))
  .route("/admin", dashboardApp(board))
  .all("/", async (c) => {
    if (c.req.method === "POST") await c.var.session.login("ada");
    return c.text((await c.var.session.get())?.userId ?? "nobody");
  });
