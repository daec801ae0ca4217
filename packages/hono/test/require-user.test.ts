import { createSessions, SojournError } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient, signedInClient } from "@sojourn/testing";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { requireUser, sessions } from "../src/index.ts";
import { SECRET } from "./store.ts";

const ready = createSessions({ store: memoryStore(), secret: SECRET });
const admins = createSessions({ store: memoryStore(), secret: SECRET, cookie: { name: "admin" } });

const app = new Hono()
  .use(sessions(ready))
  .use(sessions(admins, { as: "admin" }))
  .get("/page", requireUser({ redirectTo: "/login" }), (c) => c.text(c.var.userSession.userId))
  .get("/api", requireUser(), (c) => c.text(c.var.userSession.userId))
  .get("/admin", requireUser({ from: "admin" }), (c) => c.text(c.var.userSession.userId))
  .post("/basket", async (c) => c.json(await c.var.session.update((data) => (data["a"] = 1))));

describe("requireUser", () => {
  it("answers 401 to nobody", async () => {
    const response = await app.request("/api");
    expect([response.status, await response.json()]).toEqual([401, { error: "unauthenticated" }]);
    expect(response.headers.get("Cache-Control")).toContain("no-store");
    expect(response.headers.get("Vary")).toBe("Cookie");
  });

  it("redirects nobody where told to, with the headers of other middleware", async () => {
    const outer = new Hono();
    outer.use((c, next) => {
      c.header("X-Request-Id", "7");
      return next();
    });
    const response = await outer.route("/", app).request("/page");
    expect([response.status, response.headers.get("Location")]).toEqual([303, "/login"]);
    expect(response.headers.get("X-Request-Id")).toBe("7");
    expect(response.headers.get("Cache-Control")).toContain("no-store");
  });

  it("does not take an anonymous session for a user", async () => {
    const browser = createClient((request) => app.fetch(request));
    await browser.post("/basket");
    expect((await browser.get("/api")).status).toBe(401);
  });

  it("lets a user through, with a session that is not null", async () => {
    const browser = await signedInClient(ready, "ada", (request) => app.fetch(request));
    expect(await (await browser.get("/api")).text()).toBe("ada");
    expect(await (await browser.get("/page")).text()).toBe("ada");
    expect((await browser.get("/admin")).status).toBe(401);
  });

  it("looks at another variable with `from`", async () => {
    const browser = await signedInClient(admins, "root", (request) => app.fetch(request));
    expect(await (await browser.get("/admin")).text()).toBe("root");
    expect((await browser.get("/api")).status).toBe(401);
  });

  it("leaves the 401 to onError, and not the redirect", async () => {
    const own = new Hono()
      .use(sessions(ready))
      .get("/api", requireUser())
      .get("/page", requireUser({ redirectTo: "/login" }));
    own.onError((error, c) => c.text(error instanceof SojournError ? error.code : "?", 418));
    const response = await own.request("/api");
    expect([response.status, await response.text()]).toEqual([418, "unauthenticated"]);
    expect((await own.request("/page")).status).toBe(303);
  });

  it("without sessions() says what to do", async () => {
    const own = new Hono().get("/", requireUser(), (c) => c.text("never"));
    own.onError((error, c) => c.text(error.message, 500));
    expect(await (await own.request("/")).text()).toContain("app.use(sessions(...)) before it");
  });
});
