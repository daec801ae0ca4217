import { requireUser, sessions, type SessionVariables } from "@sojourn/hono";
import { memoryStore } from "@sojourn/memory";
import type { StandardSchemaV1 } from "@standard-schema/spec";
import { Hono } from "hono";

const store = memoryStore();
declare const Basket: StandardSchemaV1<unknown, { basket: string[] }>;

export const chained = new Hono<{ Bindings: { SESSION_SECRET: string } }>()
  .use(sessions((c) => ({ store, secret: c.env.SESSION_SECRET, data: Basket })))
  .post("/basket/:item", async (c) => {
    const session = await c.var.session.getOrCreate();
    session.data.basket.push(c.req.param("item"));
    return c.json(session.data.basket);
  })
  .get("/me", requireUser(), (c) => c.text(c.var.userSession.userId));

const app = new Hono<{ Variables: SessionVariables<typeof Basket> }>();
app.use(sessions({ store, secret: "secret", data: Basket }));
// @ts-expect-error Only requireUser() sets it.
app.get("/me", (c) => c.text(c.var.userSession.userId));
