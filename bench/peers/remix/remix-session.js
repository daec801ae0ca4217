import { createCookie } from "@remix-run/cookie";
import { createRouter } from "@remix-run/fetch-router";
import { createRequestListener } from "@remix-run/node-fetch-server";
import { Session } from "@remix-run/session";
import { createMemorySessionStorage } from "@remix-run/session/memory-storage";
import { session } from "@remix-run/session-middleware";
import { createRedisSessionStorage } from "@remix-run/session-storage-redis";
import { createServer } from "node:http";
import { SECRET, TTL } from "../settings.js";

export function start({ redis, gate }) {
  const cookie = createCookie("__session", { secrets: [SECRET], httpOnly: true, sameSite: "Lax" });
  const storage = redis
    ? createRedisSessionStorage(redis, { ttl: TTL })
    : createMemorySessionStorage();
  const router = createRouter({ middleware: [session(cookie, storage)] });

  router.get("/plain", () => new Response("plain"));
  router.get("/me", (context) => {
    const found = context.get(Session);
    const userId = found.get("userId");
    return new Response(userId ? `${userId} ${found.get("count") ?? 0}` : "nobody");
  });
  router.post("/login/:user", (context) => {
    const found = context.get(Session);
    found.regenerateId();
    found.set("userId", context.params.user);
    return new Response("hello");
  });
  router.post("/count", (context) => {
    const found = context.get(Session);
    found.set("count", (found.get("count") ?? 0) + 1);
    return new Response(`${found.get("count")}`);
  });
  router.post("/set/:key", (context) => {
    context.get(Session).set(context.params.key, 1);
    return new Response("set");
  });
  router.post("/slow/:key", async (context) => {
    await gate.pass();
    context.get(Session).set(context.params.key, 1);
    return new Response("set");
  });
  router.get("/keys", (context) => {
    const [values] = context.get(Session).data;
    return new Response(`${Object.keys(values).filter((key) => key.startsWith("k")).length}`);
  });
  router.post("/logout", (context) => {
    context.get(Session).destroy();
    return new Response("bye");
  });
  return createServer(createRequestListener((request) => router.fetch(request)));
}
