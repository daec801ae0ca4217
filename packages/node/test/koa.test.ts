import type { RequestSession, SessionsOptions } from "@sojourn/core";
import { sessions } from "@sojourn/node/koa";
import Koa from "koa";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "vitest";
import { listen } from "./server.ts";
import { clientOf, createSite } from "./site.ts";

function createApp(options: Partial<SessionsOptions> = {}) {
  const site = createSite(options);
  const app = new Koa();
  const errors: unknown[] = [];
  app.on("error", (error) => errors.push(error.code));
  return { ...site, app, errors, session: sessions(site.sessions) };
}

async function write(session: RequestSession): Promise<void> {
  (await session.getOrCreate()).data["key"] = "value";
}

test("a middleware further out can catch that saving failed; else nothing of the answer is left", async () => {
  const { app, session, breakStore } = createApp();
  const source = new Readable({ read: () => {} });
  const codes: unknown[] = [];
  app
    .use((_ctx, next) => next().catch((error) => void codes.push(error.code)))
    .use(session)
    .use(async (ctx) => {
      await write(ctx.session);
      ctx.redirect("/");
      ctx.body = source;
    });
  breakStore();
  const { status, headers, body } = await clientOf(await listen(app.callback()))("/");
  expect({ status, body }).toEqual({ status: 503, body: "" });
  expect(headers.get("Location")).toBeNull();
  expect(source.destroyed).toBe(true);
  expect(codes).toEqual(["store-unavailable"]);
});

test("a session that only a middleware further out asks for is saved as well", async () => {
  const { app, session, breakStore, errors } = createApp();
  app
    .use(async (ctx, next) => {
      await next();
      await write(session.of(ctx));
    })
    .use(session)
    .use((ctx) => void (ctx.body = "text"));
  const get = clientOf(await listen(app.callback()));
  expect((await get("/")).headers.getSetCookie()).toHaveLength(1);
  breakStore();
  expect((await get("/")).status).toBe(503);
  expect(errors).toEqual(["store-unavailable"]);
});

test("a response that Koa is bypassed for is saved first, and its error answered", async () => {
  const { app, session, breakStore, errors } = createApp();
  app.use(session).use(async (ctx) => {
    await write(ctx.session);
    ctx.respond = false;
    ctx.res.statusCode = 200;
    await pipeline(Readable.from(["raw ", "text"]), ctx.res);
  });
  const get = clientOf(await listen(app.callback()));
  const answer = await get("/");
  expect(answer).toMatchObject({ status: 200, body: "raw text" });
  expect(answer.headers.getSetCookie()).toHaveLength(1);
  breakStore();
  expect((await get("/")).status).toBe(503);
  expect(errors).toContain("store-unavailable");
});

test("an answer that is still to come when saving fails is not given, and the error told once", async () => {
  const { app, session, store, errors } = createApp();
  store.before = async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    throw new Error("down");
  };
  app.use(session).use(async (ctx) => {
    await write(ctx.session);
    ctx.respond = false;
    setTimeout(() => ctx.res.writeHead(200).end("text"), 5);
  });
  expect((await clientOf(await listen(app.callback()))("/")).status).toBe(503);
  expect(errors).toEqual(["store-unavailable"]);
});

test("what a handler throws is told, even if saving fails as well", async () => {
  const { app, session, errors, breakStore } = createApp({ saveOnError: true });
  breakStore();
  app.use(session).use(async (ctx) => {
    await write(ctx.session);
    throw Object.assign(new Error("teapot"), { status: 418, code: "teapot" });
  });
  const get = clientOf(await listen(app.callback()));
  expect((await get("/")).status).toBe(418);
  expect(errors).toEqual(["teapot"]);
});

test("a name that is taken is told", async () => {
  const { app, session, sessions: made, errors } = createApp();
  app.use(session).use(sessions(made) as unknown as Koa.Middleware);
  expect((await clientOf(await listen(app.callback()))("/")).status).toBe(500);
  expect(errors).toEqual(["configuration"]);
});
