import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import type { Env, Parts } from "../answer.ts";

/** What lies between here and the browser closes connections on which nothing is said. */
const PING_EVERY = 20_000;

/**
 * Tells an open page what happens to its session: `ended`, why, and then the stream is over; `sessions`,
 * that the list is another one; `alert`. Where the secret was only changed (a password confirmed in
 * another tab) it ends without a word, and the browser comes back with the new cookie.
 */
export function eventRoutes({ sessions, news, leaving }: Parts): Hono<Env> {
  const app = new Hono<Env>();

  app.get("/events", async (c) => {
    // To listen is not to be there.
    const session = await c.var.session.peek();
    if (session === null) return c.json({ error: "no-session" }, 401);
    const { signal, handle, userId } = session;

    async function lives(): Promise<boolean> {
      if (userId === null) return false;
      const page = await sessions.list(userId);
      return page.sessions.some((listed) => listed.handle === handle);
    }

    return streamSSE(c, async (stream) => {
      const over = new Promise<unknown>((resolve) => {
        stream.onAbort(() => resolve(null));
        const either = AbortSignal.any([signal, leaving]);
        if (either.aborted) resolve(null);
        either.addEventListener("abort", resolve, { once: true });
      });
      const unfollow =
        userId === null
          ? () => {}
          : news.follow(userId, ({ alert }) => {
              const [event, data] = alert ? ["alert", JSON.stringify(alert)] : ["sessions", ""];
              void stream.writeSSE({ event, data });
            });
      const pinging = setInterval(() => void stream.write(": still here\n\n"), PING_EVERY);
      await stream.writeSSE({ event: "here", data: handle, retry: 1_000 });
      await over;
      unfollow();
      clearInterval(pinging);
      if (!signal.aborted || stream.aborted || (await lives().catch(() => true))) return;
      await stream.writeSSE({ event: "ended", data: news.endOf(handle) ?? "" });
    });
  });

  return app;
}
