import { getIronSession } from "iron-session";
import { createServer } from "node:http";
import { SECRET, TTL } from "../settings.js";

// All of the session is in the cookie: no store, and nothing that a server could end.
const options = {
  password: SECRET,
  cookieName: "session",
  ttl: TTL,
  cookieOptions: { secure: false },
};

export function start({ gate }) {
  return createServer(async (req, res) => {
    const [, page, argument] = req.url.split("/");
    switch (`${req.method} /${page}`) {
      case "GET /plain":
        return res.end("plain");
      case "GET /me": {
        const session = await getIronSession(req, res, options);
        return res.end(session.userId ? `${session.userId} ${session.count ?? 0}` : "nobody");
      }
      case "POST /login": {
        const session = await getIronSession(req, res, options);
        session.userId = argument;
        await session.save();
        return res.end("hello");
      }
      case "POST /count": {
        const session = await getIronSession(req, res, options);
        session.count = (session.count ?? 0) + 1;
        await session.save();
        return res.end(`${session.count}`);
      }
      case "POST /set":
      case "POST /slow": {
        const session = await getIronSession(req, res, options);
        if (page === "slow") await gate.pass();
        session[argument] = 1;
        await session.save();
        return res.end("set");
      }
      case "GET /keys": {
        const keys = Object.keys(await getIronSession(req, res, options));
        return res.end(`${keys.filter((key) => key.startsWith("k")).length}`);
      }
      default: {
        const session = await getIronSession(req, res, options);
        session.destroy();
        return res.end("bye");
      }
    }
  });
}
