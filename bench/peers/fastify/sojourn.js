import { sessions } from "@sojourn/node/fastify";
import Fastify from "fastify";
import { SECRET } from "../settings.js";
import { createStore } from "../sojourn-store.js";

export async function start({ redis }) {
  const session = sessions({ store: await createStore(redis), secret: SECRET });
  const app = Fastify();
  await app.register(session);
  app.get("/plain", async () => "plain");
  app.get("/me", async (request) => {
    const found = await session.of(request).get();
    return found?.userId ? `${found.userId} ${found.data.count ?? 0}` : "nobody";
  });
  app.post("/login/:user", async (request) => {
    await session.of(request).login(request.params.user);
    return "hello";
  });
  app.post("/count", async (request) => {
    const { data } = await session.of(request).requireUser();
    data.count = (data.count ?? 0) + 1;
    return `${data.count}`;
  });
  app.post("/logout", async (request) => {
    await session.of(request).logout();
    return "bye";
  });
  await app.ready();
  return app.server;
}
