// A basket, and who it belongs to, on nothing but node:http.
import { memoryStore } from "@sojourn/memory";
import { withSessions } from "@sojourn/node";
import { randomBytes } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as v from "valibot";

const options = {
  store: memoryStore(),
  // Without one in the environment, sessions end with this run.
  secret: process.env.SESSION_SECRET ?? randomBytes(32).toString("base64"),
  data: v.object({ basket: v.optional(v.array(v.string()), []) }),
};

const handler = withSessions(options, async (req, res, session) => {
  const form = new URLSearchParams(await text(req));
  switch (`${req.method} ${req.url}`) {
    case "POST /login": {
      if (form.get("password") !== "demo") return reply(res, 401, { error: "wrong-password" });
      const { userId } = await session.login(form.get("name") || "guest", { carry: ["basket"] });
      return reply(res, 200, { userId });
    }
    case "GET /me": {
      const { userId, data } = await session.requireUser();
      return reply(res, 200, { userId, basket: data.basket });
    }
    case "POST /basket": {
      const basket = await session.update((data) => {
        data.basket.push(form.get("item") || "socks");
        return data.basket;
      });
      return reply(res, 200, { basket });
    }
    case "POST /logout":
      await session.logout();
      return reply(res, 200, { userId: null });
    default:
      return reply(res, 404, { error: "not-found" });
  }
});

function reply(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { "Content-Type": "application/json" }).end(JSON.stringify(body));
}

const server = createServer(handler).listen(Number(process.env.PORT ?? 3000), "127.0.0.1", () => {
  console.log(`Listening on http://localhost:${(server.address() as AddressInfo).port}`);
});
