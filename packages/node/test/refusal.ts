import { type Middleware, sessions, sojournErrors } from "@sojourn/node/express";
import connect from "connect";
import express5, { type ErrorRequestHandler } from "express";
import express4 from "express4";
import { once } from "node:events";
import { type IncomingMessage, request, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { setImmediate as turn } from "node:timers/promises";
import { onTestFinished } from "vitest";
import { gunzipSync } from "node:zlib";
import { compress } from "./compress.ts";
import { listen } from "./server.ts";
import { createSite } from "./site.ts";

type Order = "before" | "after" | "no";
export type Answer = (res: ServerResponse, req: IncomingMessage) => unknown;

const apps = {
  Connect: connect,
  "Express 5": express5 as unknown as typeof connect,
  "Express 4": express4 as unknown as typeof connect,
};
export const places = Object.keys(apps).flatMap((name) =>
  (["no", "before", "after"] as const).map((order) => ({ name: name as keyof typeof apps, order })),
);

export interface Parts {
  readonly name?: keyof typeof apps;
  /** Where the other middleware is mounted. */
  readonly order?: Order;
  /** By default it compresses. */
  readonly other?: Middleware;
  /** Begins an answer with a session that cannot be saved. */
  readonly handler: Answer;
  /** The error handler; without one it is `sojournErrors`. */
  readonly instead?: Answer;
}

/** Serves a handler whose session cannot be saved. Gives the port. */
export async function serve(parts: Parts): Promise<number> {
  const { name = "Connect", order = "no", other = compress, handler, instead } = parts;
  const site = createSite();
  site.breakStore();
  const session = sessions(site.sessions);
  const app = apps[name]();
  if (order === "before") app.use(other);
  app.use(session);
  if (order === "after") app.use(other);
  app.use(async (req, res, next) => {
    try {
      (await session.of(req).getOrCreate()).data["key"] = "value";
      // Two pipelines are more than Node takes for usual.
      res.setMaxListeners(0);
      await handler(res, req);
    } catch (error) {
      next(error);
    }
  });
  const onError: ErrorRequestHandler = async (_error, req, res, _next) => instead?.(res, req);
  app.use((instead ? onError : sojournErrors) as never);
  const server = await listen(app as never);
  onTestFinished(() => server.close());
  return server.port;
}

export async function ask(port: number) {
  const [incoming] = (await once(request({ port }).end(), "response")) as [IncomingMessage];
  const { statusCode: status, headers } = incoming;
  const body = await buffer(incoming);
  const zipped = headers["content-encoding"] === "gzip";
  return { status, headers, body: (zipped ? gunzipSync(body) : body).toString() };
}

export const PRIVATE = "private ".repeat(1000);
export const PARTS = Array.from({ length: 50 }, (_, n) => `${n}: sorry. `.repeat(1000));
export const PAGE = PARTS.join("");

/** What a handler may be at when its session turns out not to be saved. */
export const goingOn: [title: string, handler: Answer][] = [
  [
    "writes and never ends",
    async (res) => {
      while (!res.closed) {
        res.write(PRIVATE);
        await turn();
      }
    },
  ],
  [
    "writes whenever there is room",
    (res) => {
      (function more() {
        while (res.write(PRIVATE));
        res.once("drain", more);
      })();
    },
  ],
  [
    "waits for room between its chunks, and ends",
    async (res) => {
      for (let n = 0; n < 100; n++) if (!res.write(PRIVATE)) await once(res, "drain");
      res.end();
    },
  ],
  [
    "ends late",
    async (res) => {
      res.write(PRIVATE);
      for (let n = 0; n < 5; n++) await turn();
      res.write(PRIVATE);
      res.end("private");
    },
  ],
  ["pipes a stream", (res) => void endless().pipe(res)],
  ["runs a pipeline", (res) => pipeline(endless(), res).catch(() => {})],
  [
    "begins another answer",
    async (res) => {
      res.end("private");
      while (res.headersSent && !res.closed) await turn();
      res.statusCode = 200;
      res.setHeader("Set-Cookie", "late=1").setHeader("Content-Length", 7);
      res.writeHead(200, { Location: "/" }).end("private");
    },
  ],
];

export function endless(): Readable {
  return new Readable({
    read() {
      setImmediate(() => this.push(PRIVATE));
    },
  });
}

/** Ways of an error handler to answer, which may take its time before. */
export const inPlace: [title: string, answer: (res: ServerResponse) => unknown][] = [
  ["end", (res) => res.end(PAGE)],
  ["writeHead and end", (res) => res.writeHead(503, { "Content-Type": "text/plain" }).end(PAGE)],
  [
    "chunks",
    async (res) => {
      for (const part of PARTS) {
        if (!res.write(part)) await once(res, "drain");
        await turn();
      }
      res.end();
    },
  ],
  ["a pipe", (res) => Readable.from(PARTS).pipe(res)],
  ["a pipeline", (res) => pipeline(Readable.from(PARTS), res)],
];
