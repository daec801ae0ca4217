import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { requireUser, withSessions } from "@sojourn/node";
import { sessions as forExpress, sojournErrors } from "@sojourn/node/express";
import { sessions as forFastify } from "@sojourn/node/fastify";
import { sessions as forKoa } from "@sojourn/node/koa";
import express from "express";
import fastify from "fastify";
import { createServer } from "node:http";

const sessions = createSessions({ store: memoryStore(), secret: "secret" });

createServer(
  withSessions(
    sessions,
    requireUser((_req, res, user) => void res.end(user.userId)),
  ),
);

const mounted = forExpress(sessions, { trustProxy: 1 });
const app = express();
app.use(mounted);
app.get("/me", mounted.requireUser(), (req, res) => void res.send(mounted.userOf(req).userId));
app.use(sojournErrors);

const plugin = forFastify(sessions);
fastify()
  .register(plugin)
  .get("/me", async (request) => (await plugin.of(request).requireUser()).userId);

// Not in an application: the declarations that @types/koa depends on have moved away from it.
export const middleware: unknown = forKoa(sessions);

// @ts-expect-error `true` would trust anybody.
withSessions(sessions, () => {}, { trustProxy: true });
