import { withSessions } from "@sojourn/node";
import { createServer } from "node:http";
import { SECRET } from "../settings.js";
import { createStore } from "../sojourn-store.js";

export async function start({ redis }) {
  const options = { store: await createStore(redis), secret: SECRET };
  const handler = withSessions(options, async (req, res, session) => {
    const [, page, argument] = req.url.split("/");
    switch (`${req.method} /${page}`) {
      case "GET /plain":
        return res.end("plain");
      case "GET /me": {
        const found = await session.get();
        return res.end(found?.userId ? `${found.userId} ${found.data.count ?? 0}` : "nobody");
      }
      case "POST /login":
        await session.login(argument);
        return res.end("hello");
      case "POST /count": {
        const { data } = await session.requireUser();
        data.count = (data.count ?? 0) + 1;
        return res.end(`${data.count}`);
      }
      default:
        await session.logout();
        return res.end("bye");
    }
  });
  return createServer(handler);
}
