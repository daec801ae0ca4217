import Fastify from "fastify";

export async function start() {
  const app = Fastify();
  app.get("/plain", async () => "plain");
  app.get("/me", async () => "nobody");
  app.post("/login/:user", async () => "hello");
  app.post("/count", async () => "0");
  app.post("/logout", async () => "bye");
  await app.ready();
  return app.server;
}
