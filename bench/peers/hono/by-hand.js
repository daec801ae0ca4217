import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { createByHand } from "../by-hand.js";

export function start({ redis, gate }) {
  const sessions = createByHand(redis);
  const idOf = (c) => sessions.idOf(c.req.header("Cookie"));

  async function set(c, key, value) {
    const found = await sessions.get(idOf(c));
    const id = found ? idOf(c) : sessions.newId();
    if (!found) c.header("Set-Cookie", sessions.cookie(id));
    await sessions.set(id, { ...found, [key]: value });
  }

  const app = new Hono()
    .get("/plain", (c) => c.text("plain"))
    .get("/me", async (c) => {
      const session = await sessions.get(idOf(c));
      return c.text(session?.userId ? `${session.userId} ${session.count ?? 0}` : "nobody");
    })
    .post("/login/:user", async (c) => {
      await sessions.delete(idOf(c));
      const id = sessions.newId();
      await sessions.set(id, { userId: c.req.param("user") });
      c.header("Set-Cookie", sessions.cookie(id));
      return c.text("hello");
    })
    .post("/count", async (c) => {
      const id = idOf(c);
      const session = await sessions.get(id);
      if (!session) return c.text("nobody", 401);
      session.count = (session.count ?? 0) + 1;
      await sessions.set(id, session);
      return c.text(`${session.count}`);
    })
    .post("/set/:key", async (c) => {
      await set(c, c.req.param("key"), 1);
      return c.text("set");
    })
    .post("/slow/:key", async (c) => {
      const id = idOf(c);
      const session = await sessions.get(id);
      await gate.pass();
      await sessions.set(id, { ...session, [c.req.param("key")]: 1 });
      return c.text("set");
    })
    .get("/keys", async (c) => {
      const keys = Object.keys((await sessions.get(idOf(c))) ?? {});
      return c.text(`${keys.filter((key) => key.startsWith("k")).length}`);
    })
    .post("/logout", async (c) => {
      await sessions.delete(idOf(c));
      c.header("Set-Cookie", `${sessions.cookie("")}; Max-Age=0`);
      return c.text("bye");
    });
  return createAdaptorServer(app);
}
