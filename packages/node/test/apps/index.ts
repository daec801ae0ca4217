// One small application, written as each framework's users write.
import type { App } from "./app.ts";
import { connect } from "./connect.ts";
import { expresses } from "./express.ts";
import { fastify } from "./fastify.ts";
import { http } from "./http.ts";
import { koa } from "./koa.ts";

export type { App, Site } from "./app.ts";

export const apps: readonly App[] = [http, ...expresses, connect, fastify, koa];
