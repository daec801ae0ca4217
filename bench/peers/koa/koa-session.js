import Koa from "koa";
import session from "koa-session";
import { createServer } from "node:http";
import { SECRET, TTL } from "../settings.js";

/** Three methods, as its README says under "External Session Stores". */
function memoryStore() {
  const map = new Map();
  return {
    get: async (key) => map.get(key),
    set: async (key, value) => void map.set(key, value),
    destroy: async (key) => void map.delete(key),
  };
}

function redisStore(redis) {
  return {
    async get(key) {
      const text = await redis.get(key);
      return text === null ? undefined : JSON.parse(text);
    },
    set: (key, value, maxAge) => redis.setEx(key, Math.ceil(maxAge / 1_000), JSON.stringify(value)),
    destroy: (key) => redis.del(key),
  };
}

export function start({ redis, gate }) {
  const app = new Koa();
  app.keys = [SECRET];
  const store = redis ? redisStore(redis) : memoryStore();
  app.use(session({ store, maxAge: TTL * 1_000 }, app));
  app.use(async (ctx) => {
    const [, page, argument] = ctx.path.split("/");
    switch (`${ctx.method} /${page}`) {
      case "GET /plain":
        return (ctx.body = "plain");
      case "GET /me": {
        const { userId, count = 0 } = ctx.session;
        return (ctx.body = userId ? `${userId} ${count}` : "nobody");
      }
      case "POST /login":
        ctx.session.userId = argument;
        await ctx.session.regenerate();
        return (ctx.body = "hello");
      case "POST /count":
        ctx.session.count = (ctx.session.count ?? 0) + 1;
        return (ctx.body = `${ctx.session.count}`);
      case "POST /set":
      case "POST /slow": {
        const { session: found } = ctx;
        if (page === "slow") await gate.pass();
        found[argument] = 1;
        return (ctx.body = "set");
      }
      case "GET /keys":
        return (ctx.body = `${Object.keys(ctx.session).filter((key) => key.startsWith("k")).length}`);
      default:
        ctx.session = null;
        return (ctx.body = "bye");
    }
  });
  return createServer(app.callback());
}
