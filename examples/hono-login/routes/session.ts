import { Hono } from "hono";
import { described, type Env, type Parts, wantsJson } from "../answer.ts";
import { bodyOf, checked, Login } from "../input.ts";
import { accountPage } from "../views/account.ts";
import { visitorPage } from "../views/visitor.ts";

/** The page, and how a session begins, goes on and ends. */
export function sessionRoutes({ passwords, news }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/", async (c) => {
    const session = await c.var.session.get();
    c.header("Vary", "Accept");
    if (wantsJson(c)) return c.json(session ? described(session) : { userId: null });
    const { userId = null } = session ?? {};
    if (session === null || userId === null) return c.html(visitorPage({ session }));
    // Said once: of two pages that load at the same time one has it.
    const notice = session.data.notice === undefined ? null : await session.take("notice");
    const { sessions: devices } = await c.var.session.list();
    const { host } = new URL(c.req.url);
    const alerts = news.alertsOf(userId);
    return c.html(accountPage({ session, userId, devices, alerts, host, notice: notice ?? null }));
  });

  app.post("/login", async (c) => {
    const { name, password } = checked(Login, await bodyOf(c));
    if (!(await passwords.check(name, password))) {
      if (wantsJson(c)) return c.json({ error: "wrong-password" }, 401);
      const session = await c.var.session.peek();
      return c.html(visitorPage({ session, attempt: { name } }), 401);
    }
    const session = await c.var.session.login(name, { carry: ["basket"], factors: ["pwd"] });
    return wantsJson(c) ? c.json(described(session)) : c.redirect("/", 303);
  });

  app.get("/session", async (c) => {
    const looking = c.req.query("peek") !== undefined;
    const session = await (looking ? c.var.session.peek() : c.var.session.get());
    return session ? c.json(described(session)) : c.json({ error: "no-session" }, 401);
  });

  // Whoever asks for this is there: a request that reads the session is all that it takes.
  app.post("/stay", async (c) => {
    const session = await c.var.session.get();
    if (!wantsJson(c)) return c.redirect("/", 303);
    return session ? c.json(described(session)) : c.json({ error: "no-session" }, 401);
  });

  app.post("/logout", async (c) => {
    await c.var.session.logout();
    return wantsJson(c) ? c.json({ userId: null }) : c.redirect("/", 303);
  });

  return app;
}
