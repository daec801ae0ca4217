import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { etag } from "hono/etag";
import { secureHeaders } from "hono/secure-headers";
import { describe, expect, it } from "vitest";
import { requireUser, sessions, type SessionVariables } from "../src/index.ts";
import { SECRET } from "./store.ts";

type Env = { Variables: SessionVariables };

function createApp() {
  const ready = createSessions({ store: memoryStore(), secret: SECRET });
  const app = new Hono<Env>();
  const browser = createClient((request) => app.fetch(request));
  return { app, ready, browser };
}

/** An app of its own file: it knows of the session by its type only. */
function accountApp(): Hono<Env> {
  const account = new Hono<Env>();
  account.post("/login", async (c) => c.json(await c.var.session.login("ada")));
  account.get("/me", requireUser(), (c) => c.text(c.var.userSession.userId));
  account.get("/fail", async (c) => {
    (await c.var.session.getOrCreate()).data["written"] = true;
    throw new Error("broken");
  });
  account.get("/data", async (c) => c.json((await c.var.session.get())?.data ?? null));
  return account;
}

describe("sub-apps", () => {
  it("mounted by app.route share the session of the app", async () => {
    const { app, ready, browser } = createApp();
    app.use(sessions(ready)).route("/account", accountApp());
    await browser.post("/account/login");
    expect(await (await browser.get("/account/me")).text()).toBe("ada");
  });

  it("may bring the middleware themselves", async () => {
    const { app, ready, browser } = createApp();
    app.get("/", (c) => c.json({ session: c.var.session ?? null }));
    app.route("/account", new Hono<Env>().use(sessions(ready)).route("/", accountApp()));
    await browser.post("/account/login");
    expect(await (await browser.get("/account/me")).text()).toBe("ada");
    expect(await (await browser.get("/")).json()).toEqual({ session: null });
  });

  it("with an onError of their own: what the handler wrote is dropped", async () => {
    const { app, ready, browser } = createApp();
    const account = accountApp().onError((error, c) => c.text(`account: ${error.message}`));
    app.use(sessions(ready)).route("/account", account);
    await browser.post("/account/login");
    expect(await (await browser.get("/account/fail")).text()).toBe("account: broken");
    expect(await (await browser.get("/account/data")).json()).toEqual({});
  });

  it("under a base path and for a part of the routes only", async () => {
    const { ready } = createApp();
    const app = new Hono<Env>().basePath("/v1");
    app.use("/account/*", sessions(ready)).route("/account", accountApp());
    const browser = createClient((request) => app.fetch(request));
    await browser.post("/v1/account/login");
    expect(await (await browser.get("/v1/account/me")).text()).toBe("ada");
  });

  it("mounted by app.mount are applications of their own, on the same sessions if they like", async () => {
    const { app, ready, browser } = createApp();
    app.use(sessions(ready)).route("/account", accountApp());
    app.mount(
      "/plain",
      ready.fetch(async (_request, { session }) => {
        return Response.json((await session.get())?.userId ?? null);
      }),
    );
    app.mount("/hono", new Hono<Env>().use(sessions(ready)).route("/", accountApp()).fetch);
    const response = await browser.post("/hono/login");
    expect(response.headers.getSetCookie()).toHaveLength(1);
    expect(await (await browser.get("/plain/")).json()).toBe("ada");
    expect(await (await browser.get("/account/me")).text()).toBe("ada");
  });
});

describe("other middleware", () => {
  it("keeps its cookies and headers, whether it stands before or after", async () => {
    const { app, ready, browser } = createApp();
    app.use(secureHeaders());
    app.use(async (c, next) => {
      setCookie(c, "outer-before", "1");
      c.header("Vary", "Accept-Language");
      await next();
      setCookie(c, "outer-after", "1");
    });
    app.use(sessions(ready));
    app.use(async (c, next) => {
      setCookie(c, "inner-before", "1");
      await next();
      setCookie(c, "inner-after", "1");
    });
    app.post("/login", async (c) => {
      await c.var.session.login("ada");
      setCookie(c, "handler", getCookie(c, "theme") ?? "none");
      return c.redirect("/");
    });
    browser.setCookie("theme=dark");
    const response = await browser.post("/login");
    expect(response.status).toBe(302);
    expect(response.headers.getSetCookie().map((cookie) => cookie.split("=")[0])).toEqual([
      "outer-before",
      "inner-before",
      "handler",
      "inner-after",
      "__Host-id",
      "outer-after",
    ]);
    expect(response.headers.get("Vary")).toBe("Accept-Language, Cookie");
    expect(response.headers.get("X-Frame-Options")).toBe("SAMEORIGIN");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
  });

  it("may answer in the handler's place", async () => {
    const { app, ready, browser } = createApp();
    app.use(sessions(ready));
    app.use(async (c, next) => {
      if (c.req.path !== "/closed") return next();
      await c.var.session.login("ada");
      return c.text("closed", 403);
    });
    app.get("*", async (c) => c.json((await c.var.session.get())?.userId ?? null));
    expect((await browser.get("/closed")).status).toBe(403);
    expect(await (await browser.get("/")).json()).toBe("ada");
  });

  it("that answers 304 keeps the session's headers", async () => {
    const { app, ready, browser } = createApp();
    app.use(etag()).use(sessions(ready));
    app.post("/login", async (c) => c.json(await c.var.session.login("ada")));
    app.get("/", async (c) => c.text((await c.var.session.get())?.userId ?? "nobody"));
    await browser.post("/login");
    const etagOf = (await browser.get("/")).headers.get("ETag") ?? "";
    const response = await browser.get("/", { headers: { "If-None-Match": etagOf } });
    expect(response.status).toBe(304);
    expect(response.headers.get("Vary")).toBe("Cookie");
    expect(response.headers.get("Cache-Control")).toBe("private");
  });
});

describe("a response with headers that cannot be changed", () => {
  it("carries what the session owes", async () => {
    const { app, ready, browser } = createApp();
    app.use(sessions(ready));
    app.post("/redirect", async (c) => {
      await c.var.session.login("ada");
      return Response.redirect("https://app.test/", 303);
    });
    app.post("/proxy", async (c) => {
      await c.var.session.login("ada");
      return fetch("data:text/plain,far");
    });
    const redirect = await browser.post("/redirect");
    expect([redirect.status, redirect.headers.get("Location")]).toEqual([303, "https://app.test/"]);
    expect(redirect.headers.getSetCookie()).toHaveLength(1);
    const proxied = await browser.post("/proxy");
    expect(await proxied.text()).toBe("far");
    expect(proxied.headers.getSetCookie()).toHaveLength(1);
  });
});

it("answers HEAD as GET, and routes that are not there", async () => {
  const { app, ready, browser } = createApp();
  app.use(sessions(ready));
  app.get("/", async (c) => c.text((await c.var.session.login("ada")).userId));
  const response = await app.request("/", { method: "HEAD" });
  expect(response.headers.getSetCookie()).toHaveLength(1);
  expect((await browser.get("/nowhere")).status).toBe(404);
});
