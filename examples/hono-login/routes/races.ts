import { Hono } from "hono";
import { setTimeout as delay } from "node:timers/promises";
import type { Env } from "../answer.ts";
import { checked, Pair, Wait } from "../input.ts";

/** For looking at races: what if another request logs out meanwhile, or writes too? */
export const raceRoutes: Hono<Env> = new Hono<Env>()
  .post("/slow", async (c) => {
    const { ms } = checked(Wait, c.req.query());
    const session = await c.var.session.getOrCreate();
    await delay(ms);
    session.data.slow = ms;
    return c.json({ slow: ms });
  })
  .post("/set", async (c) => {
    const { key, value } = checked(Pair, c.req.query());
    const session = await c.var.session.getOrCreate();
    session.data[key] = value;
    return c.json({ [key]: value });
  });
