import fastifyCookie from "@fastify/cookie";
import fastifySession from "@fastify/session";
import { RedisStore } from "connect-redis";
import Fastify from "fastify";
import { SECRET, TTL } from "../settings.js";

export async function start({ redis, gate }) {
  const app = Fastify();
  app.register(fastifyCookie);
  app.register(fastifySession, {
    secret: SECRET,
    ...(redis && { store: new RedisStore({ client: redis }) }),
    cookie: { secure: false, maxAge: TTL * 1_000 },
    saveUninitialized: false,
  });
  app.get("/plain", async () => "plain");
  app.get("/me", async ({ session }) => {
    const userId = session.get("userId");
    return userId ? `${userId} ${session.get("count") ?? 0}` : "nobody";
  });
  app.post("/login/:user", async (request) => {
    await request.session.regenerate();
    request.session.set("userId", request.params.user);
    return "hello";
  });
  app.post("/count", async ({ session }) => {
    session.set("count", (session.get("count") ?? 0) + 1);
    return `${session.get("count")}`;
  });
  app.post("/set/:key", async ({ session, params }) => {
    session.set(params.key, 1);
    return "set";
  });
  app.post("/slow/:key", async ({ session, params }) => {
    await gate.pass();
    session.set(params.key, 1);
    return "set";
  });
  app.get("/keys", async ({ session }) => {
    return `${Object.keys(session).filter((key) => key.startsWith("k")).length}`;
  });
  app.post("/logout", async ({ session }) => {
    await session.destroy();
    return "bye";
  });
  await app.ready();
  return app.server;
}
