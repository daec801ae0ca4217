import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";

// What any middleware costs that waits for the handler.
export function start() {
  const app = new Hono()
    .use(async (c, next) => {
      c.set("session", {});
      await next();
    })
    .get("/plain", (c) => c.text("plain"))
    .get("/me", (c) => c.text("nobody"))
    .post("/login/:user", (c) => c.text("hello"))
    .post("/count", (c) => c.text("0"))
    .post("/logout", (c) => c.text("bye"));
  return createAdaptorServer(app);
}
