import {
  createSessions,
  type RequestSession,
  type Sessions,
  type SessionsOptions,
  type UserSession,
} from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { onUpgrade, requireUser, withSessions } from "@sojourn/node";
import * as express from "@sojourn/node/express";
import * as fastify from "@sojourn/node/fastify";
import * as koa from "@sojourn/node/koa";
import connect from "connect";
import express5 from "express";
import express4 from "express4";
import Fastify from "fastify";
import Koa from "koa";
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import * as v from "valibot";
import { expectTypeOf } from "vitest";

const Basket = v.object({ cart: v.optional(v.array(v.string()), []) });
type Basket = { cart: string[] };

const store = memoryStore();
const options = { store, secret: "secret", data: Basket };
const made = createSessions(options);
const admin = createSessions<{ role: string }>({ store, secret: "secret" });

// node:http: the data's type comes from either, also through requireUser.
const listener = withSessions(options, (_req, res, session) => {
  expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
  expectTypeOf(res.end).toBeFunction();
});
createServer(listener);
createSecureServer(listener);
withSessions(
  made,
  requireUser((_req, _res, user, session) => {
    expectTypeOf(user).toEqualTypeOf<UserSession<Basket>>();
    expectTypeOf(user.userId).toEqualTypeOf<string>();
    expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
  }),
);
// @ts-expect-error It cannot be misspelt.
withSessions(made, () => {}, { trustproxy: 1 });
// @ts-expect-error true would trust anybody.
withSessions(made, () => {}, { trustProxy: true });

// A server's sockets, by what serves its requests.
createServer(listener).on(
  "upgrade",
  onUpgrade(made, (_req, socket, head, session) => {
    expectTypeOf(session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(socket.write).toBeFunction();
    expectTypeOf(head).toEqualTypeOf<Buffer>();
  }),
);
// @ts-expect-error Sessions of its own would hear of a logout only later.
onUpgrade(options, () => {});

// Express and Connect: from the middleware, without a word in anybody's global types.
const session = express.sessions(options);
expectTypeOf(session.sessions).toEqualTypeOf<Sessions<Basket>>();
for (const app of [express5(), (express4 as unknown as typeof express5)()]) {
  app.use(session, express.sojournErrors);
  app.get("/:id", session.requireUser({ redirectTo: "/login" }), (req, res) => {
    expectTypeOf(req.params.id).toEqualTypeOf<string>();
    expectTypeOf(session.of(req)).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(session.userOf(req)).toEqualTypeOf<UserSession<Basket>>();
    // @ts-expect-error Nobody has said that a request has a session.
    res.json(req.session);
  });
}
express4().use(session).use(session.requireUser());
connect().use(session).use(session.requireUser()).use(express.sojournErrors);

// Fastify: likewise.
const plugin = fastify.sessions(made, { as: "admin", trustProxy: ["loopback"] });
const server = Fastify();
await server.register(plugin);
server.get("/", { preHandler: plugin.requireUser() }, async (request) => {
  expectTypeOf(plugin.of(request)).toEqualTypeOf<RequestSession<Basket>>();
  return plugin.userOf(request).data.cart.length;
});
server.get("/list", { preHandler: [plugin.requireUser()] }, async () => "");
server.addHook("onRequest", plugin.requireUser());

// Koa: from the chain.
new Koa()
  .use(koa.sessions(options))
  .use(koa.sessions(admin, { as: "admin" }))
  .use(async (ctx) => {
    expectTypeOf(ctx.session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(ctx.admin).toEqualTypeOf<RequestSession<{ role: string }>>();
    expectTypeOf(ctx.path).toEqualTypeOf<string>();
  });
const middleware = koa.sessions(made);
const app = new Koa();
app.use(middleware).use(middleware.requireUser());
app.use((ctx) => {
  expectTypeOf(middleware.of(ctx)).toEqualTypeOf<RequestSession<Basket>>();
  expectTypeOf(middleware.userOf(ctx)).toEqualTypeOf<UserSession<Basket>>();
});

// Options are the core's.
const given: SessionsOptions<Basket> = options;
express.sessions(given);
// @ts-expect-error Without a secret there are no sessions.
koa.sessions({ store });
