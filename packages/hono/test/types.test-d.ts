import type { RequestSession, SessionData, SessionsOptions, UserSession } from "@sojourn/core";
import { type Context, Hono } from "hono";
import { createFactory } from "hono/factory";
import * as v from "valibot";
import { expectTypeOf } from "vitest";
import { requireUser, sessions, type SessionVariables, type UserVariables } from "../src/index.ts";

declare const store: SessionsOptions["store"];
declare const secret: string;

const Basket = v.object({ cart: v.optional(v.array(v.string()), []) });
const Staff = v.object({ role: v.picklist(["clerk", "owner"]) });
type Basket = v.InferOutput<typeof Basket>;
type Staff = v.InferOutput<typeof Staff>;

// Chained, everything is inferred: the data from the schema, the bindings from the app.
new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(sessions((c) => ({ store, secret: c.env.SESSION_SECRET, data: Basket })))
  .get("/cart", async (c) => {
    expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(c.get("session")).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(c.env).toEqualTypeOf<{ SESSION_SECRET: string }>();
    const session = await c.var.session.login("ada", { carry: ["cart"] });
    session.data.cart.push("socks");
    // @ts-expect-error: no key of the data
    await c.var.session.login("ada", { carry: ["basket"] });
    // @ts-expect-error: only requireUser() sets it
    void c.var.userSession;
    return c.json(session.data);
  })
  .get("/me", requireUser({ redirectTo: "/login" }), (c) => {
    expectTypeOf(c.var.userSession).toEqualTypeOf<UserSession<Basket>>();
    expectTypeOf(c.get("userSession").data).toEqualTypeOf<Basket>();
    return c.text(c.var.userSession.userId);
  })
  .use("/account/*", requireUser())
  .get("/account/cart", (c) => c.json(c.var.userSession.data.cart));

// Statement by statement, the app's type is written down once.
const app = new Hono<{
  Bindings: { SESSION_SECRET: string };
  Variables: SessionVariables<typeof Basket>;
}>();
app.use(sessions((c) => ({ store, secret: c.env.SESSION_SECRET, data: Basket })));
app.get("/cart", async (c) => {
  expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<Basket>>();
  const session = await c.var.session.get();
  return session?.userId ? c.json(session.data) : c.text("Who are you?", 401);
});
app.get("/me", requireUser(), (c) => {
  expectTypeOf(c.var.userSession).toEqualTypeOf<UserSession<Basket>>();
  return c.text(c.var.userSession.userId);
});

// So too for an app in a file of its own, mounted behind sessions() and requireUser().
const account = new Hono<{ Variables: SessionVariables<Basket> & UserVariables }>();
account.get("/", (c) => {
  expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<Basket>>();
  expectTypeOf(c.var.userSession).toEqualTypeOf<UserSession<Basket>>();
  return c.text("");
});
app.route("/account", account);

// Handlers and middleware in files of their own.
const factory = createFactory<{ Variables: SessionVariables<typeof Basket> }>();
factory.createHandlers(requireUser(), (c) => c.json(c.var.userSession.data.cart));
factory.createMiddleware(async (c, next) => {
  expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<Basket>>();
  await next();
});

// Two middlewares, each with a variable of its own.
new Hono()
  .use(sessions({ store, secret, data: Basket }))
  .use(sessions({ store, secret, data: Staff, cookie: { name: "staff" } }, { as: "staff" }))
  .get("/", requireUser({ from: "staff" }), (c) => {
    expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<Basket>>();
    expectTypeOf(c.var.staff).toEqualTypeOf<RequestSession<Staff>>();
    expectTypeOf(c.var.userSession).toEqualTypeOf<UserSession<Staff>>();
    return c.text("");
  });
expectTypeOf<SessionVariables<Staff, "staff">>().toEqualTypeOf<{
  readonly staff: RequestSession<Staff>;
}>();

// Without a schema, data is JSON under any key.
new Hono().use(sessions({ store, secret })).get("/", requireUser(), (c) => {
  expectTypeOf(c.var.session).toEqualTypeOf<RequestSession<SessionData>>();
  expectTypeOf(c.var.userSession).toEqualTypeOf<UserSession<SessionData>>();
  return c.text("");
});

// c.env in the options function is `any`, unless its type is written down.
sessions((c: Context<{ Bindings: { SESSION_SECRET: string } }>) => {
  expectTypeOf(c.env.SESSION_SECRET).toBeString();
  // @ts-expect-error: no such binding
  void c.env.SECRET;
  return { store, secret: c.env.SESSION_SECRET };
});
sessions(async () => ({ store, secret: await Promise.resolve(secret) }));

// @ts-expect-error: the secret is missing
sessions({ store });
// @ts-expect-error: no such option
sessions({ store, secret, coockie: {} });
// @ts-expect-error: a __Host- cookie has no domain
sessions({ store, secret, cookie: { prefix: "__Host-", domain: "app.test" } });
// @ts-expect-error: anyone could forge an address
sessions({ store, secret }, { trustProxy: true });
