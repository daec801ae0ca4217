import type { Store } from "@sojourn/core";
import { dashboard, type Dashboard } from "@sojourn/dashboard";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Env } from "./answer.ts";
import { type Kept, sharedBy } from "./kept.ts";
import { confirmedWithin } from "./lately.ts";
import type { News } from "./news.ts";

/** Yours are marked in your table of users. */
const ADMINISTRATORS: ReadonlySet<string> = new Set(["admin"]);

export function isAdministrator(userId: string | null): boolean {
  return userId !== null && ADMINISTRATORS.has(userId);
}

/** The page for operators, `/admin`: it counts what happens, and lists and ends anybody's sessions. */
export function createAdministration(options: {
  readonly store: Store;
  readonly countSessions: Kept["countSessions"];
  readonly news: News;
}): Dashboard<Context<Env>> {
  const { store, countSessions, news } = options;
  return dashboard({
    isAdmin,
    title: "All sessions",
    shared: sharedBy(store),
    onEvent: (event) => news.hear(event),
    async onRevoke({ userId, handle }, _request, c: Context<Env>) {
      const by = (await c.var.session.peek())?.userId ?? null;
      console.log(JSON.stringify({ audit: "session-ended", by, userId, handle }));
    },
    ...(countSessions && { countSessions }),
  });
}

async function isAdmin(request: Request, c: Context<Env>): Promise<boolean> {
  const { session } = c.var;
  // The page asks for what is new by itself: that is nobody's activity.
  if (c.req.query("part") === "live")
    return isAdministrator((await session.peek())?.userId ?? null);
  const user = await session.requireUser();
  if (!isAdministrator(user.userId)) {
    throw new HTTPException(403, { message: "This page is for administrators." });
  }
  // Figures are anonymous; whose sessions they are, and to end them, asks for the password once more.
  const aboutSomebody = request.method === "POST" || c.req.query("user");
  if (aboutSomebody) user.requireFresh(confirmedWithin(600_000, user));
  return true;
}
