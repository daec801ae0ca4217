import { createSessions, type Sessions } from "@sojourn/core";
import { dashboard } from "@sojourn/dashboard";
import { dashboardApp } from "@sojourn/dashboard/hono";
import { memoryStore } from "@sojourn/memory";
import { type Context, Hono } from "hono";

type Env = { Variables: { role: string } };

const board = dashboard({ isAdmin: (_, c: Context<Env>) => c.var.role === "operator" });
const store = board.store(memoryStore());

export const sessions: Sessions = board.use(
  createSessions({ store, secret: "secret", onEvent: board.onEvent }),
);

export const app: Hono<Env> = new Hono<Env>().route("/admin", dashboardApp(board));

// @ts-expect-error Nobody is let in by a name.
dashboard({ isAdmin: "root" });

// @ts-expect-error There is none without a check.
dashboard({});
