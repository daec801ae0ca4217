import { type Context, Hono } from "hono";
import { type Env, home, type Parts, wantsJson } from "../answer.ts";
import { bodyOf, checked, Confirm, NewPassword } from "../input.ts";
import { confirmedWithin } from "../lately.ts";
import { confirmPage, passwordPage } from "../views/password.ts";

/** ms for which a password that was given again is good for a new one. */
const GOOD_FOR = 300_000;

/** Asks for the password again, and takes a new one. */
export function passwordRoutes({ passwords }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/confirm", async (c) => {
    await c.var.session.requireUser();
    return c.html(confirmPage({ to: checkedPlace(c.req.query("to")), wrong: false }));
  });

  app.post("/confirm", async (c) => {
    const session = await c.var.session.requireUser();
    const { password, to } = checked(Confirm, await bodyOf(c));
    if (!(await passwords.check(session.userId, password))) {
      if (wantsJson(c)) return c.json({ error: "wrong-password" }, 401);
      return c.html(confirmPage({ to: checkedPlace(to), wrong: true }), 401);
    }
    await session.reauthenticate({ aal: 1, factors: ["pwd"] });
    return wantsJson(c) ? c.json({ confirmed: true }) : c.redirect(checkedPlace(to), 303);
  });

  app.get("/password", async (c) => {
    const session = await c.var.session.requireUser();
    session.requireFresh(confirmedWithin(GOOD_FOR, session));
    return c.html(passwordPage());
  });

  app.post("/password", async (c) => {
    const session = await c.var.session.requireUser();
    session.requireFresh(confirmedWithin(GOOD_FOR, session));
    const { password } = checked(NewPassword, await bodyOf(c));
    await passwords.change(session.userId, password);
    const ended = await c.var.session.onCredentialChange(session.userId);
    if (wantsJson(c)) return c.json({ ended });
    const others = ended === 1 ? "one other session is" : `${ended} other sessions are`;
    return home(c, c.var.session, `Your password is changed, and ${others} over.`);
  });

  return app;
}

/** What asked for the password again, so that it leads back there. */
export function placeAfter({ req }: Context): string {
  const userId = req.query("user");
  if (!userId) return checkedPlace(req.path);
  return checkedPlace(`${req.path}?user=${encodeURIComponent(userId)}`);
}

/** Nowhere else: a link of a stranger could name any place. */
function checkedPlace(path: string | undefined): string {
  const known = /^\/(password|admin(\?user=[\w.!~*'()%-]+)?)$/.exec(path ?? "");
  return known === null ? "/" : known[0];
}
