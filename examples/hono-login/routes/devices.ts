import { Hono } from "hono";
import { type Env, home, type Parts, wantsJson } from "../answer.ts";
import { BadRequest, bodyOf, checked, Label } from "../input.ts";
import { LATELY } from "../lately.ts";
import { deviceList } from "../views/devices.ts";

/** "Where you are logged in". Pages that are open ask for the list when they are told that it changed. */
export function deviceRoutes({ sessions, news }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/devices", async (c) => {
    // A page that is merely open is no activity.
    const session = await c.var.session.peek();
    const { userId = null, handle } = session ?? {};
    if (userId === null || handle === undefined) return c.json({ error: "no-session" }, 401);
    const page = await sessions.list(userId, { current: handle });
    return wantsJson(c) ? c.json(page.sessions) : c.html(deviceList(page.sessions));
  });

  app.post("/devices/others/end", async (c) => {
    await c.var.session.requireFresh(LATELY);
    const ended = await c.var.session.revokeOthers();
    return wantsJson(c) ? c.json({ ended }) : home(c, c.var.session, othersEnded(ended));
  });

  app.post("/devices/:handle/end", async (c) => {
    const handle = c.req.param("handle");
    const user = await c.var.session.requireFresh(LATELY);
    if (handle === user.handle) {
      await c.var.session.logout();
      return wantsJson(c) ? c.json({ ended: 1 }) : c.redirect("/", 303);
    }
    const ended = await c.var.session.revoke(handle);
    if (wantsJson(c)) return c.json({ ended: Number(ended) }, ended ? 200 : 404);
    return home(c, c.var.session, ended ? "That session is over." : "It was over already.");
  });

  app.post("/devices/:handle/label", async (c) => {
    const { userId } = await c.var.session.requireUser();
    const { label } = checked(Label, await bodyOf(c));
    const set = await sessions.setLabel(userId, c.req.param("handle"), label || null);
    if (!set) throw new BadRequest("That session is over.");
    news.sessionsChanged(userId);
    return wantsJson(c) ? c.json({ label: label || null }) : home(c, c.var.session, "Named.");
  });

  return app;
}

function othersEnded(count: number): string {
  if (count === 0) return "You were logged in nowhere else.";
  return count === 1 ? "One other session is over." : `${count} other sessions are over.`;
}
