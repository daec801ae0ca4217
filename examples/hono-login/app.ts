import { type Session, type Sessions, SojournError } from "@sojourn/core";
import { sessions, type SessionVariables } from "@sojourn/hono";
import { type Context, Hono } from "hono";
import { accepts } from "hono/accepts";
import { bodyLimit } from "hono/body-limit";
import { secureHeaders } from "hono/secure-headers";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { setTimeout as delay } from "node:timers/promises";
import { assets } from "./assets.ts";
import { BadRequest, bodyOf, checked, Item, Login, Pair, Wait } from "./input.ts";
import type { LoginData } from "./login-sessions.ts";
import { homePage, messagePage } from "./page.ts";

type Env = { Variables: SessionVariables<LoginData> };

export function createApp(all: Sessions<LoginData>): Hono<Env> {
  const app = new Hono<Env>();

  app.use(secureHeaders(headers));
  app.route("/", assets);
  // In this order: a form that another site has sent is turned away before it is read.
  app.use(sessions(all), bodyLimit({ maxSize: 16_384, onError: tooLarge }));

  app.get("/", async (c) => {
    const session = await c.var.session.get();
    c.header("Vary", "Accept");
    if (wantsJson(c)) return c.json(session ? described(session) : { userId: null });
    return c.html(homePage({ session }));
  });

  app.post("/login", async (c) => {
    const { name, password } = checked(Login, await bodyOf(c));
    if (password !== "demo") {
      if (wantsJson(c)) return c.json({ error: "wrong-password" }, 401);
      const session = await c.var.session.peek();
      return c.html(homePage({ session, attempt: { name } }), 401);
    }
    const session = await c.var.session.login(name, { carry: ["basket"] });
    return wantsJson(c) ? c.json(described(session)) : c.redirect("/", 303);
  });

  app.get("/session", async (c) => {
    const looking = c.req.query("peek") !== undefined;
    const session = await (looking ? c.var.session.peek() : c.var.session.get());
    return session ? c.json(described(session)) : c.json({ error: "no-session" }, 401);
  });

  app.post("/basket", async (c) => {
    const { item } = checked(Item, await bodyOf(c));
    const basket = await c.var.session.update((data) => {
      data.basket.push(item);
      return data.basket;
    });
    return wantsJson(c) ? c.json({ basket }) : c.redirect("/", 303);
  });

  app.post("/logout", async (c) => {
    await c.var.session.logout();
    return wantsJson(c) ? c.json({ userId: null }) : c.redirect("/", 303);
  });

  // The last two are for looking at races: what if another request logs out meanwhile, or writes too?

  app.post("/slow", async (c) => {
    const { ms } = checked(Wait, c.req.query());
    const session = await c.var.session.getOrCreate();
    await delay(ms);
    session.data.slow = ms;
    return c.json({ slow: ms });
  });

  app.post("/set", async (c) => {
    const { key, value } = checked(Pair, c.req.query());
    const session = await c.var.session.getOrCreate();
    session.data[key] = value;
    return c.json({ [key]: value });
  });

  app.notFound((c) => answer(c, 404, "not-found", "There is no such page."));
  app.onError((error, c) => {
    if (error instanceof BadRequest) return answer(c, 400, "bad-request", error.message);
    // The session's errors know their answer: 401, 403 to another site's form, 409, 413, 503 ...
    if (error instanceof SojournError && error.expose) {
      return answer(c, error.status as ContentfulStatusCode, error.code, error.message);
    }
    console.error(error);
    return answer(c, 500, "internal", "Something went wrong here.");
  });

  return app;
}

/** A session as JSON: its public facts, which hold no secret, and its data. */
function described(session: Session<LoginData>): object {
  return { ...session.toJSON(), data: session.data, now: Date.now() };
}

function wantsJson(c: Context): boolean {
  const supports = ["text/html", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "text/html" }) === "application/json";
}

function answer(
  c: Context,
  status: ContentfulStatusCode,
  error: string,
  message: string,
): Response | Promise<Response> {
  return wantsJson(c) ? c.json({ error, message }, status) : c.html(messagePage(message), status);
}

const headers: Parameters<typeof secureHeaders>[0] = {
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  referrerPolicy: "same-origin",
  // For those who serve https for good. This is http://localhost.
  strictTransportSecurity: false,
};

function tooLarge(c: Context): Response | Promise<Response> {
  return answer(c, 413, "too-large", "That is more than this page takes.");
}
