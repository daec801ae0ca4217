import { type RequestSession, type Session, type Sessions } from "@sojourn/core";
import type { Dashboard } from "@sojourn/dashboard";
import type { SessionVariables } from "@sojourn/hono";
import type { Context } from "hono";
import { accepts } from "hono/accepts";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { LoginData } from "./login-sessions.ts";
import type { News } from "./news.ts";
import type { Passwords } from "./passwords.ts";
import { messagePage } from "./views/layout.ts";

export type Env = { Variables: SessionVariables<LoginData> };

/** What the routes work with. */
export interface Parts {
  readonly sessions: Sessions<LoginData>;
  readonly passwords: Passwords;
  readonly news: News;
  /** What administrators see. */
  readonly board: Dashboard<Context<Env>>;
  /** Aborts when the server is to end: a stream would keep it for ever. */
  readonly leaving: AbortSignal;
}

export function wantsJson(c: Context): boolean {
  const supports = ["text/html", "application/json"];
  return accepts(c, { header: "Accept", supports, default: "text/html" }) === "application/json";
}

/** A session as JSON: its public facts, which hold no secret, and its data. */
export function described(session: Session<LoginData>): object {
  return { ...session.toJSON(), data: session.data, now: Date.now() };
}

export function answer(
  c: Context,
  status: ContentfulStatusCode,
  error: string,
  message: string,
): Response | Promise<Response> {
  return wantsJson(c) ? c.json({ error, message }, status) : c.html(messagePage(message), status);
}

/** Back to the page, which says once what was done. */
export async function home(
  c: Context,
  session: RequestSession<LoginData>,
  notice: string,
): Promise<Response> {
  const known = await session.get();
  if (known !== null) known.data.notice = notice;
  return c.redirect("/", 303);
}
