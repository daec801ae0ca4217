import Fastify from "fastify";
import { createByHand } from "../by-hand.js";

export async function start({ redis }) {
  const sessions = createByHand(redis);
  const idOf = (request) => sessions.idOf(request.headers.cookie);
  const app = Fastify();
  app.get("/plain", async () => "plain");
  app.get("/me", async (request) => {
    const session = await sessions.get(idOf(request));
    return session?.userId ? `${session.userId} ${session.count ?? 0}` : "nobody";
  });
  app.post("/login/:user", async (request, reply) => {
    const id = sessions.newId();
    await sessions.set(id, { userId: request.params.user });
    reply.header("Set-Cookie", sessions.cookie(id));
    return "hello";
  });
  app.post("/count", async (request) => {
    const session = await sessions.get(idOf(request));
    session.count = (session.count ?? 0) + 1;
    await sessions.set(idOf(request), session);
    return `${session.count}`;
  });
  app.post("/logout", async (request, reply) => {
    await sessions.delete(idOf(request));
    reply.header("Set-Cookie", `${sessions.cookie("")}; Max-Age=0`);
    return "bye";
  });
  await app.ready();
  return app.server;
}
