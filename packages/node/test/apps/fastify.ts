import { sessions } from "@sojourn/node/fastify";
import createApp, { type FastifyRequest } from "fastify";
import { listen } from "../server.ts";
import { type Access, type App, boom, chunks, put, tooLate } from "./app.ts";

export const fastify: App = {
  name: "Fastify",
  async serve({ shop, admin, onError }) {
    const session = sessions(shop);
    const app = createApp({ forceCloseConnections: true });
    if (onError) {
      app.setErrorHandler((error, _request, reply) => {
        onError(error);
        return reply.code(418).send("handled");
      });
    }
    await app.register(session);
    await app.register(sessions(admin, { as: "admin" }));
    app.get("/write", async (request, reply) => {
      await put(session.of(request));
      return reply.redirect("/");
    });
    app.get("/json", async (request) => {
      await put(session.of(request));
      return { json: true };
    });
    app.get("/stream", async (request) => {
      await put(session.of(request));
      return chunks();
    });
    app.get("/private", { preHandler: session.requireUser() }, async (request) => {
      return session.userOf(request).userId;
    });
    app.get(
      "/page",
      { preHandler: session.requireUser({ redirectTo: "/login" }) },
      async (request) => session.userOf(request).userId,
    );
    app.get("/inside", async (request) => {
      await put(session.of(request));
      await session.of(request).requireUser();
    });
    app.get("/inside-page", async (request) => {
      await session.of(request).requireUser({ redirectTo: "/login" });
    });
    app.get("/boom", (request) => boom(session.of(request)));
    app.get("/late", async (request, reply) => {
      reply.raw.write("code: ");
      reply.raw.end(await tooLate(session.of(request)));
      return reply;
    });
    app.get("/both", async (request: FastifyRequest) => {
      await put(request.getDecorator<Access>("session"), "shop");
      await put(request.getDecorator<Access>("admin"), "admin");
      return "";
    });
    await app.ready();
    return listen(app.server);
  },
};
