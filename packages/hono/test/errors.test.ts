import { ConflictError, type SojournError } from "@sojourn/core";
import { createClient } from "@sojourn/testing";
import { type Context, Hono } from "hono";
import { HTTPException } from "hono/http-exception";
import { cors } from "hono/cors";
import { describe, expect, it } from "vitest";
import { sessions } from "../src/index.ts";
import { SECRET, watchedStore } from "./store.ts";

function setUp({ saveOnError = false } = {}) {
  const store = watchedStore();
  const app = new Hono()
    .use(
      sessions({
        store,
        secret: SECRET,
        saveOnError,
        csrf: { allowedOrigins: ["https://shop.test"] },
      }),
    )
    .post("/login", async (c) => c.json(await c.var.session.login("ada")))
    .get("/data", async (c) => c.json((await c.var.session.get())?.data ?? null));
  return { app, store, browser: createClient((request) => app.fetch(request)) };
}

type App = ReturnType<typeof setUp>["app"];

async function write(c: Context): Promise<void> {
  const { data } = await c.get("session").getOrCreate();
  data.written = true;
}

/** The handler has read "key" and changes it, and meanwhile so does another request. */
function addConflict(app: App, respond: (c: Context) => Response): App {
  app.post("/touch", async (c) => {
    (await c.var.session.getOrCreate()).data["key"] = crypto.randomUUID();
    return c.text("touched");
  });
  app.post("/conflict", async (c) => {
    const { data } = await c.var.session.getOrCreate();
    data["key"] = `${data["key"]}, changed`;
    await app.request("/touch", { method: "POST", headers: { Cookie: c.req.header("Cookie")! } });
    return respond(c);
  });
  return app;
}

describe("a handler that throws", () => {
  it("is answered by onError, and what it wrote is dropped", async () => {
    const { app, browser } = setUp();
    app.post("/fail", async (c) => {
      await write(c);
      throw new Error("broken");
    });
    app.onError((error, c) => c.text(`caught: ${error.message}`, 500));
    await browser.post("/login");
    const response = await browser.post("/fail");
    expect([response.status, await response.text()]).toEqual([500, "caught: broken"]);
    expect(await (await browser.get("/data")).json()).toEqual({});
  });

  it("is not saved where onError answers 2xx either", async () => {
    const { app, browser } = setUp();
    app.post("/fail", async (c) => {
      await write(c);
      throw new Error("broken");
    });
    app.onError((_error, c) => c.text("all is well"));
    await browser.post("/login");
    await browser.post("/fail");
    expect(await (await browser.get("/data")).json()).toEqual({});
  });

  it("is saved with saveOnError", async () => {
    const { app, browser } = setUp({ saveOnError: true });
    app.post("/fail", async (c) => {
      await write(c);
      throw new HTTPException(502);
    });
    await browser.post("/login");
    expect((await browser.post("/fail")).status).toBe(502);
    expect(await (await browser.get("/data")).json()).toEqual({ written: true });
  });

  it("keeps the cookie of a login that was acknowledged", async () => {
    const { app, browser } = setUp();
    app.post("/late", async (c) => {
      await c.var.session.login("ada");
      throw new HTTPException(503, { message: "mail is down" });
    });
    const response = await browser.post("/late");
    expect(response.status).toBe(503);
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    expect((await browser.get("/data")).status).toBe(200);
    expect(await (await browser.get("/data")).json()).toEqual({});
  });

  it.each([
    [false, {}],
    [true, { written: true }],
  ])(
    "something that is no Error: that reaches the server; saveOnError: %s",
    async (saveOnError, data) => {
      const { app, browser } = setUp({ saveOnError });
      app.post("/fail", async (c) => {
        await write(c);
        throw "words";
      });
      await browser.post("/login");
      await expect(browser.post("/fail")).rejects.toBe("words");
      expect(await (await browser.get("/data")).json()).toEqual(data);
    },
  );
});

describe("an answer of 5xx", () => {
  it("saves nothing, and 4xx does", async () => {
    const { app, browser } = setUp();
    app.post("/answer/:status", async (c) => {
      await write(c);
      return c.text("", Number(c.req.param("status")) as 500);
    });
    await browser.post("/login");
    await browser.post("/answer/503");
    expect(await (await browser.get("/data")).json()).toEqual({});
    await browser.post("/answer/422");
    expect(await (await browser.get("/data")).json()).toEqual({ written: true });
  });
});

describe("a write that cannot be saved", () => {
  it("is a typed error for onError", async () => {
    const { app, browser } = setUp();
    const seen: unknown[] = [];
    addConflict(app, (c) => c.text("saved"));
    app.onError((error, c) => {
      seen.push(error);
      return c.json({ sorry: (error as SojournError).code }, 409);
    });
    await browser.post("/touch");
    const response = await browser.post("/conflict");
    expect([response.status, await response.json()]).toEqual([409, { sorry: "conflict" }]);
    expect(seen[0]).toBeInstanceOf(ConflictError);
  });

  it("is a 409 without an onError", async () => {
    const { app, browser } = setUp();
    addConflict(app, (c) => c.text("saved"));
    await browser.post("/touch");
    const response = await browser.post("/conflict");
    expect([response.status, await response.json()]).toEqual([409, { error: "conflict" }]);
  });

  it("is a 401 without a cookie, when the session has ended meanwhile", async () => {
    const { app, browser } = setUp();
    app.post("/logout", async (c) => {
      await c.var.session.logout();
      return c.text("bye");
    });
    app.post("/slow", async (c) => {
      await write(c);
      await app.request("/logout", {
        method: "POST",
        headers: { Cookie: c.req.header("Cookie")! },
      });
      return c.text("saved");
    });
    await browser.post("/login");
    const response = await browser.post("/slow");
    expect([response.status, await response.json()]).toEqual([401, { error: "session-gone" }]);
    expect(response.headers.getSetCookie()).toEqual([]);
  });

  it("is a 503 when the store is away, as is a read", async () => {
    const { app, store, browser } = setUp();
    app.post("/write", async (c) => {
      await write(c);
      return c.text("saved");
    });
    await browser.post("/login");
    store.failing.add("update");
    const written = await browser.post("/write");
    expect([written.status, await written.json()]).toEqual([503, { error: "store-unavailable" }]);
    store.failing.add("read");
    const read = await browser.get("/data");
    expect([read.status, await read.json()]).toEqual([503, { error: "store-unavailable" }]);
    expect(browser.cookies()).toHaveLength(1);
  });

  it("leaves no header that spoke of the answer given up, and all others", async () => {
    const { app } = setUp();
    addConflict(app, (c) => {
      c.header("Set-Cookie", "theme=dark", { append: true });
      c.header("Cache-Control", "public, max-age=600");
      c.header("CDN-Cache-Control", "max-age=600");
      c.header("Content-Security-Policy", "default-src 'self'");
      c.header("ETag", '"1"');
      return c.body("<p>saved</p>", 201, {
        "Content-Type": "text/html",
        "Content-Encoding": "identity",
        "Content-Length": "12",
        Location: "/saved",
      });
    });
    const outer = new Hono()
      .use(cors({ origin: "https://shop.test", credentials: true }))
      .use(async (c, next) => {
        c.header("X-Request-Id", "7");
        await next();
        c.header("X-After", "yes");
      })
      .route("/", app);
    const browse = createClient((request) => outer.fetch(request));
    await browse.post("/touch");
    const response = await browse.post("/conflict", { headers: { Origin: "https://shop.test" } });
    expect(response.status).toBe(409);
    expect(Object.fromEntries(response.headers)).toEqual({
      "access-control-allow-credentials": "true",
      "access-control-allow-origin": "https://shop.test",
      "cache-control": "private, no-store",
      "content-security-policy": "default-src 'self'",
      "content-type": "application/json",
      "set-cookie": "theme=dark",
      vary: "Cookie, Origin",
      "x-after": "yes",
      "x-request-id": "7",
    });
  });

  it("still delivers the cookie of a login in the same request", async () => {
    const { app, store, browser } = setUp();
    app.post("/login-and-write", async (c) => {
      const session = await c.var.session.login("ada");
      session.data["written"] = true;
      store.failing.add("update");
      return c.text("saved");
    });
    for (const answer of [undefined, () => new Response("own", { status: 503 })]) {
      store.failing.clear();
      if (answer) app.onError(answer);
      expect((await browser.post("/login-and-write")).status).toBe(503);
      store.failing.clear();
      expect((await browser.get("/data")).status).toBe(200);
      expect(browser.cookies().map(({ name }) => name)).toEqual(["__Host-id"]);
    }
  });

  it("stops whoever still streams the answer given up", async () => {
    const { app, browser } = setUp();
    const stopped = Promise.withResolvers<void>();
    addConflict(app, (c) => c.body(new ReadableStream({ cancel: () => stopped.resolve() })));
    await browser.post("/touch");
    expect((await browser.post("/conflict")).status).toBe(409);
    await stopped.promise;
  });
});

it("errors in the notFound handler are answered with the cookies owed", async () => {
  const { app, browser } = setUp();
  app.notFound(async (c) => {
    await (c as Context).get("session").login("ada");
    throw new HTTPException(418);
  });
  expect((await browser.get("/nowhere")).status).toBe(418);
  expect((await browser.get("/data")).status).toBe(200);
  expect(browser.cookies()).toHaveLength(1);
});
