// One of several servers that have a Redis Cluster in common, and nothing else.
import { serve } from "@hono/node-server";
import { createSessions } from "@sojourn/core";
import { requireUser, sessions } from "@sojourn/hono";
import { redisStore } from "@sojourn/redis";
import { Hono } from "hono";
import { Cluster } from "ioredis";

// REDIS_NODES: some nodes of the Cluster, as redis://host:port. The client finds the others.
const { PORT = "3000", REDIS_NODES = "redis://127.0.0.1:6379", SESSION_SECRET } = process.env;
const redis = new Cluster(REDIS_NODES.split(" "));

// The same secret on every server, or none would know the others' tokens.
const all = createSessions({ store: redisStore(redis), secret: SESSION_SECRET, maxPerUser: 5 });

const app = new Hono()
  .use(sessions(all))
  .post("/login/:name", async (c) => {
    const { handle } = await c.var.session.login(c.req.param("name"));
    return c.json({ handle });
  })
  .get("/me", requireUser(), (c) => {
    const { userId, data } = c.var.userSession;
    return c.json({ userId, data });
  })
  .post("/notes/:note", requireUser(), (c) => {
    const { data } = c.var.userSession;
    data["note"] = c.req.param("note");
    return c.json(data);
  })
  .get("/devices", requireUser(), async (c) => {
    const { sessions: devices } = await all.list(c.var.userSession.userId);
    return c.json({ devices: devices.length });
  })
  .delete("/devices/:handle", requireUser(), async (c) => {
    const ended = await all.revoke(c.var.userSession.userId, c.req.param("handle"));
    return c.json({ ended });
  });

serve({ fetch: app.fetch, hostname: "127.0.0.1", port: Number(PORT) }, ({ port }) => {
  console.log(`Listening on http://localhost:${port}`);
});
