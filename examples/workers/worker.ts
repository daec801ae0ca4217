// A basket, and who it belongs to, on Cloudflare Workers.
import { workers } from "@sojourn/edge";
import { memoryStore } from "@sojourn/memory";
import * as v from "valibot";

interface Env {
  readonly SESSION_SECRET: string;
}

// One isolate's memory: right for `wrangler dev`, and for nothing that must last.
const store = memoryStore();
const data = v.object({ basket: v.optional(v.array(v.string()), []) });

// The secret comes with each request. The options are checked once for each distinct secret.
const options = (env: Env) => ({ store, secret: env.SESSION_SECRET, data });

export default workers(options, async (request, { session }) => {
  const form = new URLSearchParams(await request.text());
  switch (`${request.method} ${new URL(request.url).pathname}`) {
    case "POST /login": {
      if (form.get("password") !== "demo") {
        return Response.json({ error: "wrong-password" }, { status: 401 });
      }
      const { userId } = await session.login(form.get("name") || "guest", { carry: ["basket"] });
      return Response.json({ userId });
    }
    case "GET /me": {
      const { userId, data } = await session.requireUser();
      return Response.json({ userId, basket: data.basket });
    }
    case "POST /basket": {
      const basket = await session.update((data) => {
        data.basket.push(form.get("item") || "socks");
        return data.basket;
      });
      return Response.json({ basket });
    }
    case "POST /logout":
      await session.logout();
      return Response.json({ userId: null });
    default:
      return Response.json({ error: "not-found" }, { status: 404 });
  }
});
