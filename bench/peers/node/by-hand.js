import { createServer } from "node:http";
import { createByHand } from "../by-hand.js";

export function start({ redis }) {
  const sessions = createByHand(redis);
  return createServer(async (req, res) => {
    const id = sessions.idOf(req.headers.cookie);
    const [, page, argument] = req.url.split("/");
    switch (`${req.method} /${page}`) {
      case "GET /plain":
        return res.end("plain");
      case "GET /me": {
        const session = await sessions.get(id);
        return res.end(session?.userId ? `${session.userId} ${session.count ?? 0}` : "nobody");
      }
      case "POST /login": {
        const fresh = sessions.newId();
        await sessions.set(fresh, { userId: argument });
        return res.setHeader("Set-Cookie", sessions.cookie(fresh)).end("hello");
      }
      case "POST /count": {
        const session = await sessions.get(id);
        session.count = (session.count ?? 0) + 1;
        await sessions.set(id, session);
        return res.end(`${session.count}`);
      }
      default:
        await sessions.delete(id);
        return res.setHeader("Set-Cookie", `${sessions.cookie("")}; Max-Age=0`).end("bye");
    }
  });
}
