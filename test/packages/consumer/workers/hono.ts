import { sessions } from "@sojourn/hono";
import { memoryStore } from "@sojourn/memory";
import { Hono } from "hono";

declare const SECRET: string;

export default new Hono()
  .use(sessions({ store: memoryStore(), secret: SECRET }))
  .all("/", async (c) => {
    if (c.req.method === "POST") await c.var.session.login("ada");
    return c.text((await c.var.session.get())?.userId ?? "nobody");
  });
