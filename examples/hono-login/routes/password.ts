import type { Freshness, UserSession } from "@sojourn/core";
import { Hono } from "hono";
import { type Env, home, type Parts, wantsJson } from "../answer.ts";
import { bodyOf, checked, Confirm, NewPassword } from "../input.ts";
import type { LoginData } from "../login-sessions.ts";
import { confirmPage, passwordPage } from "../views/password.ts";

/** Where a page that asks for the password leads: nowhere that a stranger could name. */
const AFTER = { password: "/password", home: "/" };

/** Asks for the password again, and takes a new one. */
export function passwordRoutes({ passwords }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/confirm", async (c) => {
    await c.var.session.requireUser();
    return c.html(confirmPage({ to: afterOf(c.req.query("to")), wrong: false }));
  });

  app.post("/confirm", async (c) => {
    const session = await c.var.session.requireUser();
    const { password, to } = checked(Confirm, await bodyOf(c));
    if (!(await passwords.check(session.userId, password))) {
      if (wantsJson(c)) return c.json({ error: "wrong-password" }, 401);
      return c.html(confirmPage({ to: afterOf(to), wrong: true }), 401);
    }
    await session.reauthenticate({ aal: 1, factors: ["pwd"] });
    return wantsJson(c) ? c.json({ confirmed: true }) : c.redirect(AFTER[afterOf(to)], 303);
  });

  app.get("/password", async (c) => {
    const session = await c.var.session.requireUser();
    session.requireFresh(sinceLogin(session));
    return c.html(passwordPage());
  });

  app.post("/password", async (c) => {
    const session = await c.var.session.requireUser();
    session.requireFresh(sinceLogin(session));
    const { password } = checked(NewPassword, await bodyOf(c));
    await passwords.change(session.userId, password);
    const ended = await c.var.session.onCredentialChange(session.userId);
    if (wantsJson(c)) return c.json({ ended });
    const others = ended === 1 ? "one other session is" : `${ended} other sessions are`;
    return home(c, c.var.session, `Your password is changed, and ${others} over.`);
  });

  return app;
}

/**
 * Within five minutes, and not by the login itself: whoever finds an unlocked computer knows no
 * password (ASVS 6.2.3).
 */
function sinceLogin({ createdAt }: UserSession<LoginData>): Freshness {
  return { maxAge: Math.max(0, Math.min(300_000, Date.now() - createdAt - 1)) };
}

function afterOf(text: string | undefined): keyof typeof AFTER {
  return text === "password" ? text : "home";
}
