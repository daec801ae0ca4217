// A basket, and who it belongs to, on Bun.
import { bun } from "@sojourn/edge";
import { memoryStore } from "@sojourn/memory";
import { randomBytes } from "node:crypto";
import * as v from "valibot";

const options = {
  store: memoryStore(),
  // Without one in the environment, sessions end with this run.
  secret: process.env.SESSION_SECRET ?? randomBytes(32).toString("base64"),
  data: v.object({ basket: v.optional(v.array(v.string()), []) }),
};

const fetch = bun(options, async (request, { session }) => {
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

export default { fetch, hostname: "127.0.0.1", port: Number(process.env.PORT ?? 3000) };
