import { ConfigurationError, createSessions, TOKEN_HEADER } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { type Context, Hono } from "hono";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { sessions } from "../src/index.ts";
import { SECRET, watchedStore } from "./store.ts";

const Basket = v.object({ cart: v.optional(v.array(v.string()), []) });

describe("the example of the README", () => {
  const app = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
    .use(sessions((c) => ({ store, secret: c.env.SESSION_SECRET, data: Basket })))
    .post("/basket/:item", async (c) => {
      await c.var.session.update(({ cart }) => cart.push(c.req.param("item")));
      return c.redirect("/me", 303);
    })
    .post("/login", async (c) => {
      const session = await c.var.session.login("ada", { carry: ["cart"] });
      session.data.cart.push("socks");
      return c.redirect("/me", 303);
    })
    .post("/logout", async (c) => {
      await c.var.session.logout();
      return c.body(null, 204);
    })
    .get("/me", async (c) => {
      const session = await c.var.session.get();
      return session?.userId ? c.json(session.data) : c.text("Who are you?", 401);
    });
  const store = memoryStore();
  const env = { SESSION_SECRET: SECRET };

  it("logs in, recognises, and logs out", async () => {
    const browser = createClient((request) => app.fetch(request, env));
    expect((await browser.get("/me")).status).toBe(401);
    await browser.post("/basket/tea");
    const loggedIn = await browser.post("/login");
    expect(loggedIn.status).toBe(303);
    expect(loggedIn.headers.get("Cache-Control")).toBe("no-store");
    expect(await (await browser.get("/me")).json()).toEqual({ cart: ["tea", "socks"] });
    const thief = browser.copy();
    expect((await browser.post("/logout")).status).toBe(204);
    expect(browser.cookies()).toEqual([]);
    expect((await thief.get("/me")).status).toBe(401);
  });
});

describe("options", () => {
  it("given as a value are checked when the app is built", () => {
    expect(() => sessions({ store: memoryStore(), secret: "short" })).toThrow(ConfigurationError);
    expect(() => sessions({ store: memoryStore(), secret: SECRET }, { trustProxy: [] })).toThrow(
      /To trust no proxy/,
    );
  });

  it("given by a function are checked with the request, and a fault goes to onError", async () => {
    const app = new Hono<{ Bindings: { SESSION_SECRET?: string } }>();
    const store = memoryStore();
    app.use(sessions((c) => ({ store, secret: c.env.SESSION_SECRET })));
    app.get("/", (c) => c.text("hello"));
    app.onError((error, c) => c.text(error.name, 500));
    const wrong = await app.request("/", {}, {});
    expect([wrong.status, await wrong.text()]).toEqual([500, "ConfigurationError"]);
    expect((await app.request("/", {}, { SESSION_SECRET: SECRET })).status).toBe(200);
  });

  it("may come as a ready Sessions, also by a promise", async () => {
    const ready = createSessions({ store: memoryStore(), secret: SECRET });
    for (const configuration of [ready, () => ready, async () => ready]) {
      const app = new Hono()
        .use(sessions(configuration))
        .get("/", async (c) => c.text((await c.var.session.getOrCreate()).handle));
      expect((await app.request("/")).status).toBe(200);
    }
  });

  it("are told apart by the binding that they come from", async () => {
    const store = memoryStore();
    const app = new Hono<{ Bindings: { SECRET: string } }>()
      .use(sessions((c) => ({ store, secret: c.env.SECRET })))
      .post("/", async (c) => c.json(await c.var.session.login("ada")))
      .get("/", async (c) => c.json((await c.var.session.get())?.userId ?? null));
    const other = "f1c9b27e5a804d36e8b1907c4af2d3568e0b97d1c24fa6358b0d9e7f16a2c354";
    let env = { SECRET };
    const browser = createClient((request) => app.fetch(request, env));
    await browser.post("/");
    expect(await (await browser.get("/")).json()).toBe("ada");
    env = { SECRET: other };
    expect(await (await browser.get("/")).json()).toBe(null);
    env = { SECRET };
    expect(await (await browser.get("/")).json()).toBe("ada");
  });
});

describe("the cost", () => {
  it("of a session that is not asked for is no store call and no header", async () => {
    const store = watchedStore();
    const app = new Hono()
      .use(sessions({ store, secret: SECRET }))
      .post("/login", async (c) => c.json(await c.var.session.login("ada")))
      .get("/", (c) => c.text("hello"));
    const browser = createClient((request) => app.fetch(request));
    await browser.post("/login");
    store.calls.length = 0;
    const response = await browser.get("/");
    expect(store.calls).toEqual([]);
    expect([...response.headers.keys()]).toEqual(["content-type"]);
  });
});

describe("what no response waits for", () => {
  function appOf(seen: Promise<unknown>[]) {
    const store = memoryStore();
    let time = Date.UTC(2026, 0, 5);
    const clock = { now: () => (time += 120_000), sleep: async () => {} };
    const app = new Hono()
      .use(sessions({ store, secret: SECRET, clock }))
      .post("/", async (c) => c.json(await c.var.session.login("ada")))
      .get("/", async (c) => c.json(await c.var.session.get()));
    const waitUntil = (promise: Promise<unknown>) => void seen.push(promise);
    return { app, context: { waitUntil, passThroughOnException() {}, props: {} } };
  }

  it("is handed to the platform's waitUntil", async () => {
    const seen: Promise<unknown>[] = [];
    const { app, context } = appOf(seen);
    const browser = createClient((request) => app.fetch(request, {}, context));
    await browser.post("/");
    await browser.get("/");
    expect(seen.length).toBeGreaterThan(0);
    await Promise.all(seen);
  });

  it("goes on without one", async () => {
    const { app } = appOf([]);
    const browser = createClient((request) => app.fetch(request));
    await browser.post("/");
    expect((await browser.get("/")).status).toBe(200);
  });
});

it("takes a bearer token, and hands new ones out in a header", async () => {
  const app = new Hono()
    .use(sessions({ store: memoryStore(), secret: SECRET, transport: "bearer" }))
    .post("/login", async (c) => c.json(await c.var.session.login("ada")))
    .get("/", async (c) => c.json((await c.var.session.get())?.userId ?? null));
  const token = (await app.request("/login", { method: "POST" })).headers.get(TOKEN_HEADER);
  const response = await app.request("/", { headers: { Authorization: `Bearer ${token}` } });
  expect(await response.json()).toBe("ada");
});

it("gives a second middleware sessions of its own: a token of one is nothing to the other", async () => {
  const store = memoryStore();
  const shared = { store, secret: SECRET };
  const app = new Hono()
    .use(sessions(shared))
    .use(sessions({ ...shared, cookie: { name: "admin" } }, { as: "admin" }))
    .post("/login", async (c) => c.json(await c.var.session.login("ada")))
    .post("/admin/login", async (c) => c.json(await c.var.admin.login("root")))
    .post("/both", async (c) => {
      await c.var.session.login("ada");
      await c.var.admin.login("root");
      return c.json(await who(c));
    })
    .get("/who", async (c) => c.json(await who(c)));

  async function who(c: Context): Promise<(string | null)[]> {
    const both = await Promise.all([c.get("session").get(), c.get("admin").get()]);
    return both.map((session) => session?.userId ?? null);
  }

  const browser = createClient((request) => app.fetch(request));
  await browser.post("/login");
  expect(await (await browser.get("/who")).json()).toEqual(["ada", null]);
  // The shop's token in the admin's cookie, and the reverse.
  const [token] = browser.cookies();
  const forged = browser.copy();
  forged.setCookie(`__Host-admin=${token?.value}; Path=/; Secure`);
  expect(await (await forged.get("/who")).json()).toEqual(["ada", null]);
  await browser.post("/admin/login");
  expect(await (await browser.get("/who")).json()).toEqual(["ada", "root"]);

  const fresh = createClient((request) => app.fetch(request));
  expect((await fresh.post("/both")).headers.getSetCookie()).toHaveLength(2);
  expect(await (await fresh.get("/who")).json()).toEqual(["ada", "root"]);
});
