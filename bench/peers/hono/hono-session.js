import { createAdaptorServer } from "@hono/node-server";
import { useSession, useSessionStorage } from "@hono/session";
import { Hono } from "hono";
import { SECRET, TTL } from "../settings.js";

function memoryStorage() {
  const map = new Map();
  return {
    get: async (sid) => map.get(sid) ?? null,
    set: (sid, value) => void map.set(sid, value),
    delete: (sid) => void map.delete(sid),
  };
}

function redisStorage(redis) {
  return {
    async get(sid) {
      const text = await redis.get(`session:${sid}`);
      return text === null ? null : JSON.parse(text);
    },
    set: (sid, value) => redis.setEx(`session:${sid}`, TTL, JSON.stringify(value)),
    delete: (sid) => redis.del(`session:${sid}`),
  };
}

export function start({ redis, gate }) {
  const storage = redis ? redisStorage(redis) : memoryStorage();
  const secret = Buffer.from(SECRET).toString("hex").slice(0, 32);
  const app = new Hono()
    .use(useSessionStorage(storage), useSession({ secret, duration: { absolute: 86_400 } }))
    .get("/plain", (c) => c.text("plain"))
    .get("/me", async (c) => {
      const data = await c.var.session.get();
      return c.text(data?.userId ? `${data.userId} ${data.count ?? 0}` : "nobody");
    })
    .post("/login/:user", async (c) => {
      await c.var.session.update((data) => ({ ...data, userId: c.req.param("user") }));
      return c.text("hello");
    })
    .post("/count", async (c) => {
      await c.var.session.update((data) => ({ ...data, count: (data?.count ?? 0) + 1 }));
      return c.text(`${c.var.session.data.count}`);
    })
    .post("/set/:key", async (c) => {
      await c.var.session.update((data) => ({ ...data, [c.req.param("key")]: 1 }));
      return c.text("set");
    })
    .post("/slow/:key", async (c) => {
      await c.var.session.update((data) => ({ ...data, [c.req.param("key")]: 1 }));
      await gate.pass();
      return c.text("set");
    })
    .get("/keys", async (c) => {
      const keys = Object.keys((await c.var.session.get()) ?? {});
      return c.text(`${keys.filter((key) => key.startsWith("k")).length}`);
    })
    .post("/logout", async (c) => {
      await c.var.session.get();
      c.var.session.delete();
      return c.text("bye");
    });
  return createAdaptorServer(app);
}
