import { createAdaptorServer } from "@hono/node-server";
import { Hono } from "hono";
import { MemoryStore, sessionMiddleware } from "hono-sessions";
import { SECRET, TTL } from "../settings.js";

/** Four methods, as "Creating a custom storage driver" in its wiki says. */
function redisDriver(redis) {
  const save = (id, data) => redis.setEx(`session:${id}`, TTL, JSON.stringify(data));
  return {
    async getSessionById(id) {
      const text = await redis.get(`session:${id}`);
      return text === null ? null : JSON.parse(text);
    },
    createSession: save,
    persistSessionData: save,
    deleteSession: (id) => redis.del(`session:${id}`),
  };
}

export function start({ redis, gate }) {
  const app = new Hono()
    .use(
      sessionMiddleware({
        store: redis ? redisDriver(redis) : new MemoryStore(),
        encryptionKey: SECRET,
        expireAfterSeconds: TTL,
        cookieOptions: { sameSite: "Lax", path: "/", httpOnly: true },
      }),
    )
    .get("/plain", (c) => c.text("plain"))
    .get("/me", (c) => {
      const session = c.get("session");
      const userId = session.get("userId");
      return c.text(userId ? `${userId} ${session.get("count") ?? 0}` : "nobody");
    })
    .post("/login/:user", (c) => {
      c.get("session").set("userId", c.req.param("user"));
      c.set("session_key_rotation", true);
      return c.text("hello");
    })
    .post("/count", (c) => {
      const session = c.get("session");
      session.set("count", (session.get("count") ?? 0) + 1);
      return c.text(`${session.get("count")}`);
    })
    .post("/set/:key", (c) => {
      c.get("session").set(c.req.param("key"), 1);
      return c.text("set");
    })
    .post("/slow/:key", async (c) => {
      await gate.pass();
      c.get("session").set(c.req.param("key"), 1);
      return c.text("set");
    })
    .get("/keys", (c) => {
      const keys = Object.keys(c.get("session").getCache()._data);
      return c.text(`${keys.filter((key) => key.startsWith("k")).length}`);
    })
    .post("/logout", (c) => {
      c.get("session").deleteSession();
      return c.text("bye");
    });
  return createAdaptorServer(app);
}
