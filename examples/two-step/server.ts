// A login in two steps: a password, then a code that is sent by mail.
import { serve } from "@hono/node-server";
import { sessions } from "@sojourn/hono";
import { memoryStore } from "@sojourn/memory";
import { type Context, Hono } from "hono";
import { randomBytes } from "node:crypto";
import type { AddressInfo } from "node:net";
import * as v from "valibot";
import { begin, Pending, prove } from "./second-step.ts";

const MINUTE = 60_000;

async function field(c: Context, name: string): Promise<string> {
  const value = (await c.req.parseBody())[name];
  return typeof value === "string" ? value : "";
}

/** Where a mail would leave. */
function mail(userId: string, code: string): void {
  console.log(`To ${userId}: your code is ${code}`);
}

const app = new Hono()
  .use(
    sessions({
      store: memoryStore(),
      // Without one in the environment, sessions end with this run.
      secret: process.env.SESSION_SECRET ?? randomBytes(32).toString("base64"),
      data: v.object({
        basket: v.optional(v.array(v.string()), []),
        pending: v.optional(Pending),
      }),
    }),
  )

  // The first step. It signs nobody in: what it leaves is data of an anonymous session.
  .post("/login", async (c) => {
    const userId = await field(c, "name");
    const password = await field(c, "password");
    if (userId === "" || password !== "demo") return c.json({ error: "wrong-password" }, 401);
    // Whoever was signed in here has left: two users in one session would be a puzzle (WSTG-SESS-08).
    if ((await c.var.session.get())?.userId) await c.var.session.logout();
    const { arrivedAt } = c.var.session;
    mail(userId, await c.var.session.update((data) => begin(data, userId, arrivedAt)));
    return c.json({ next: "/code" }, 202);
  })

  // The second. The one place where somebody is signed in, with both factors.
  .post("/code", async (c) => {
    const code = await field(c, "code");
    const proven = await c.var.session.update((data) => prove(data, code, Date.now()));
    if (proven === null) return c.json({ error: "wrong-code" }, 401);
    const session = await c.var.session.login(proven.userId, {
      aal: 2,
      factors: ["pwd", "otp"],
      authenticatedAt: proven.began,
      carry: ["basket"],
    });
    return c.json({ userId: session.userId, aal: session.aal });
  })

  .get("/me", async (c) => {
    const { userId, aal, factors, data } = await c.var.session.requireUser();
    return c.json({ userId, aal, factors, basket: data.basket });
  })

  // What moves money asks for both factors, and not those of this morning.
  .post("/transfer", async (c) => {
    await c.var.session.requireFresh({ maxAge: 10 * MINUTE, aal: 2 });
    return c.json({ transferred: true });
  })

  .post("/basket", async (c) => {
    const item = await field(c, "item");
    const basket = await c.var.session.update((data) => {
      data.basket.push(item);
      return data.basket;
    });
    return c.json({ basket });
  })

  .post("/logout", async (c) => {
    await c.var.session.logout();
    return c.json({ userId: null });
  });

const server = serve(
  { fetch: app.fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 3000) },
  () => console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`),
);
