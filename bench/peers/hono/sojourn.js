import { createAdaptorServer } from "@hono/node-server";
import { sessions } from "@sojourn/hono";
import { Hono } from "hono";
import { SECRET } from "../settings.js";
import { createStore } from "../sojourn-store.js";

export async function start({ redis, gate }) {
  const store = await createStore(redis);
  const app = new Hono()
    .use(sessions({ store, secret: SECRET, maxPerUser: 5 }))
    .get("/plain", (c) => c.text("plain"))
    .get("/me", async (c) => {
      const session = await c.var.session.get();
      return c.text(session?.userId ? `${session.userId} ${session.data.count ?? 0}` : "nobody");
    })
    .post("/login/:user", async (c) => {
      await c.var.session.login(c.req.param("user"));
      return c.text("hello");
    })
    .post("/count", async (c) => {
      const { data } = await c.var.session.requireUser();
      data.count = (data.count ?? 0) + 1;
      return c.text(`${data.count}`);
    })
    .post("/add", async (c) => {
      const count = await c.var.session.update((data) => (data.count = (data.count ?? 0) + 1));
      return c.text(`${count}`);
    })
    .post("/set/:key", async (c) => {
      const { data } = await c.var.session.getOrCreate();
      data[c.req.param("key")] = 1;
      return c.text("set");
    })
    .post("/slow/:key", async (c) => {
      const { data } = await c.var.session.getOrCreate();
      await gate.pass();
      data[c.req.param("key")] = 1;
      return c.text("set");
    })
    .get("/keys", async (c) => {
      const keys = Object.keys((await c.var.session.get())?.data ?? {});
      return c.text(`${keys.filter((key) => key.startsWith("k")).length}`);
    })
    .post("/logout", async (c) => {
      await c.var.session.logout();
      return c.text("bye");
    });
  return createAdaptorServer(app);
}
