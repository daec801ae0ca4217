import { RedisStore } from "connect-redis";
import nextSession from "next-session";
import { promisifyStore } from "next-session/lib/compat";
import { createServer } from "node:http";
import { TTL } from "../settings.js";

export function start({ redis, gate }) {
  const getSession = nextSession({
    cookie: { maxAge: TTL },
    ...(redis && { store: promisifyStore(new RedisStore({ client: redis })) }),
  });
  return createServer(async (req, res) => {
    const [, page, argument] = req.url.split("/");
    switch (`${req.method} /${page}`) {
      case "GET /plain":
        return res.end("plain");
      case "GET /me": {
        const session = await getSession(req, res);
        return res.end(session.userId ? `${session.userId} ${session.count ?? 0}` : "nobody");
      }
      case "POST /login": {
        // It has no way to change the id.
        const session = await getSession(req, res);
        session.userId = argument;
        return res.end("hello");
      }
      case "POST /count": {
        const session = await getSession(req, res);
        session.count = (session.count ?? 0) + 1;
        return res.end(`${session.count}`);
      }
      case "POST /set":
      case "POST /slow": {
        const session = await getSession(req, res);
        if (page === "slow") await gate.pass();
        session[argument] = 1;
        return res.end("set");
      }
      case "GET /keys": {
        const keys = Object.keys(await getSession(req, res));
        return res.end(`${keys.filter((key) => key.startsWith("k")).length}`);
      }
      default: {
        const session = await getSession(req, res);
        await session.destroy();
        return res.end("bye");
      }
    }
  });
}
