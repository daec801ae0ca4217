import type { RequestSession } from "@sojourn/core";
import { sessions } from "@sojourn/node/fastify";
import { signedInCookie } from "@sojourn/testing";
import Fastify, { type FastifyInstance } from "fastify";
import { request } from "node:http";
import { Readable } from "node:stream";
import { expect, onTestFinished, test, vi } from "vitest";
import { listen } from "./server.ts";
import { clientOf, createSite } from "./site.ts";

async function createApp() {
  const site = createSite();
  const session = sessions(site.sessions);
  const app = Fastify({ forceCloseConnections: true });
  onTestFinished(() => app.close());
  await app.register(session);
  return { ...site, app, session };
}

async function serve(app: FastifyInstance) {
  await app.ready();
  return clientOf(await listen(app.server));
}

async function write(session: RequestSession): Promise<void> {
  (await session.getOrCreate()).data["key"] = "value";
}

test("it applies to the scope it is registered in, and to those within", async () => {
  const { sessions: made } = createSite();
  const app = Fastify();
  await app.register(async (scope) => {
    await scope.register(sessions(made));
    scope.get("/in", async (request) => typeof request.getDecorator("session"));
    await scope.register(async (inner) => {
      inner.get("/inner", async (request) => typeof request.getDecorator("session"));
    });
  });
  app.get("/out", async (request) => String("session" in request));
  expect((await app.inject("/in")).body).toBe("object");
  expect((await app.inject("/inner")).body).toBe("object");
  expect((await app.inject("/out")).body).toBe("false");
});

test("behind a guard that redirects, the handler does not run", async () => {
  const { sessions: made } = createSite();
  const session = sessions(made);
  const app = Fastify();
  // The answer takes its time.
  app.addHook("onSend", () => new Promise((resolve) => setTimeout(resolve, 5)));
  await app.register(session);
  const handler = vi.fn(async () => "text");
  app.get("/", { preHandler: session.requireUser({ redirectTo: "/login" }) }, handler);
  expect((await app.inject("/")).statusCode).toBe(303);
  expect(handler).not.toHaveBeenCalled();
});

test("an error handler of one's own has the last word on redirects", async () => {
  const { app, session } = await createApp();
  app.setErrorHandler((_error, _request, reply) => reply.code(500).send("sorry"));
  app.get("/", async (request) => session.of(request).requireUser({ redirectTo: "/login" }));
  expect(await app.inject("/")).toMatchObject({ statusCode: 500, body: "sorry" });
});

test("inject gets cookies, and sends them", async () => {
  const { app, session } = await createApp();
  app.post("/login", async (request) => (await session.of(request).login("ada")).userId);
  app.get("/me", { preHandler: session.requireUser() }, async (request) => {
    return session.userOf(request).userId;
  });
  const { headers } = await app.inject({ method: "POST", url: "/login" });
  const [cookie] = [headers["set-cookie"]].flat();
  const me = await app.inject({ url: "/me", headers: { cookie: cookie?.split(";")[0] } });
  expect(me.body).toBe("ada");
});

test.each([
  ["hijacked", true],
  ["written to", false],
])(
  "a reply whose response is %s is saved first, and its error answered",
  async (_title, hijack) => {
    const { app, session, breakStore } = await createApp();
    app.get("/", async (request, reply) => {
      await write(session.of(request));
      if (hijack) reply.hijack();
      reply.raw.writeHead(200, { "Content-Type": "text/plain" });
      reply.raw.write("raw ");
      reply.raw.end("text");
      return hijack ? undefined : reply;
    });
    const get = await serve(app);
    const answer = await get("/");
    expect(answer).toMatchObject({ status: 200, body: "raw text" });
    expect(answer.headers.getSetCookie()).toHaveLength(1);
    breakStore();
    expect(await get("/")).toMatchObject({ status: 503, body: '{"error":"store-unavailable"}' });
  },
);

test("a handler that does not return its reply, and one that answers twice, answer once", async () => {
  const { app, session } = await createApp();
  app.get("/once", async (request, reply) => {
    await write(session.of(request));
    reply.send("once");
  });
  app.get("/twice", async (request, reply) => {
    await write(session.of(request));
    reply.send("once");
    reply.send("twice");
  });
  const get = await serve(app);
  for (const path of ["/once", "/twice"]) {
    const { status, headers, body } = await get(path);
    expect({ status, body }).toEqual({ status: 200, body: "once" });
    expect(headers.getSetCookie()).toHaveLength(1);
  }
});

test("a stream that is not sent is closed", async () => {
  const { app, session, breakStore } = await createApp();
  const node = new Readable({ read: () => {} });
  const cancelled = vi.fn();
  const web = new ReadableStream({ cancel: cancelled });
  app.get("/node", async (request) => {
    await write(session.of(request));
    return node;
  });
  app.get("/web", async (request) => {
    await write(session.of(request));
    return web;
  });
  breakStore();
  const get = await serve(app);
  expect((await get("/node")).status).toBe(503);
  expect((await get("/web")).status).toBe(503);
  expect(node.destroyed).toBe(true);
  expect(cancelled).toHaveBeenCalledOnce();
});

test("an answer that cannot be given leaves neither its status nor its headers behind", async () => {
  const { app, session, breakStore } = await createApp();
  app.get("/", async (request, reply) => {
    await write(session.of(request));
    return reply.code(201).header("Location", "/made").header("X-Id", "1").send({ made: true });
  });
  app.setErrorHandler((error: Error & { code?: string }) => ({ error: error.code }));
  breakStore();
  const { status, headers, body } = await (await serve(app))("/");
  expect({ status, body }).toEqual({ status: 503, body: '{"error":"store-unavailable"}' });
  expect(headers.get("Location")).toBeNull();
  expect(headers.get("X-Id")).toBe("1");
});

test("a session that only a later onSend hook asks for is saved as well", async () => {
  const { app, session, breakStore } = await createApp();
  app.addHook("onSend", async (request) => write(session.of(request)));
  app.get("/", async () => "text");
  const get = await serve(app);
  expect((await get("/")).headers.getSetCookie()).toHaveLength(1);
  breakStore();
  expect((await get("/")).status).toBe(503);
});

test("a client that leaves during the handler does no harm", async () => {
  const { app, session, store } = await createApp();
  const began = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  app.get("/slow", async (request) => {
    began.resolve();
    await left.promise;
    await write(session.of(request));
    return "text";
  });
  app.get("/", async () => "text");
  await app.ready();
  const server = await listen(app.server);
  const get = clientOf(server);
  const outgoing = request({ port: server.port, path: "/slow" })
    .on("error", () => {})
    .end();
  await began.promise;
  outgoing.destroy();
  await new Promise((resolve) => setTimeout(resolve, 20));
  left.resolve();
  await vi.waitFor(() => expect(store.calls).toEqual(["create"]));
  expect((await get("/")).status).toBe(200);
});

test("the 404 of a path that is no route can have a session", async () => {
  const { app, session, sessions: made } = await createApp();
  app.setNotFoundHandler(async (request, reply) => {
    const user = await session.of(request).get();
    return reply.code(404).send(`${user?.userId} is lost`);
  });
  const get = await serve(app);
  const Cookie = await signedInCookie(made, "ada");
  expect(await get("/nowhere", { headers: { Cookie } })).toMatchObject({
    status: 404,
    body: "ada is lost",
  });
});
