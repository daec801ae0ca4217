import { type Context, type Env, Hono } from "hono";
import type { Dashboard } from "./dashboard.ts";

/**
 * The dashboard as a sub-application: `app.route("/admin/sessions", dashboardApp(board))`. `isAdmin` is
 * given Hono's context, and so what middleware before it has set: `(_, c) => c.var.isAdmin`.
 */
export function dashboardApp<E extends Env>(board: Dashboard<Context<E>>): Hono<E> {
  return new Hono<E>().all("*", (c) => board.fetch(c.req.raw, c));
}
