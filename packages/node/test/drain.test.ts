import { type Middleware, sessions } from "@sojourn/node/express";
import connect from "connect";
import { PassThrough, Readable } from "node:stream";
import { expect, onTestFinished, test } from "vitest";
import { compress } from "./compress.ts";
import { ask, PAGE, PARTS, PRIVATE, serve } from "./refusal.ts";
import { listen } from "./server.ts";
import { createSite } from "./site.ts";

test("mounted amid an answer that is compressed, who waits for drain is told", async () => {
  const app = connect();
  app.use(compress);
  app.use((_req, res, next) => {
    res.write("early ");
    next();
  });
  app.use(sessions(createSite().sessions));
  app.use((_req, res) => void Readable.from(PARTS).pipe(res));
  const server = await listen(app);
  onTestFinished(() => server.close());
  expect((await ask(server.port)).body === `early ${PAGE}`).toBe(true);
});

test("who does not wait for drain any more is not told", async () => {
  const { sessions: made } = createSite();
  const session = sessions(made);
  const told: string[] = [];
  const gone = () => void told.push("gone");
  const app = connect();
  app.use(compress);
  app.use(session);
  app.use(async (req, res) => {
    (await session.of(req).getOrCreate()).data["key"] = "value";
    res.on("drain", gone);
    res.off("drain", gone);
    res.once("drain", () => {
      told.push("waits");
      res.end();
    });
    res.write("text");
  });
  const server = await listen(app);
  onTestFinished(() => server.close());
  expect((await ask(server.port)).body).toBe("text");
  expect(told).toEqual(["waits"]);
});

test("a middleware that sends through a stream of its own is told after a refusal too", async () => {
  const buffering: Middleware = (_req, res, next) => {
    const { write, end } = res;
    const stream = new PassThrough();
    stream.on("data", (chunk: Buffer) => {
      if (!write.call(res, chunk, "utf8")) stream.pause();
    });
    stream.on("end", () => void end.call(res, undefined, "utf8"));
    res.on("drain", () => stream.resume());
    res.write = ((chunk: string) => stream.write(chunk)) as typeof write;
    res.end = ((chunk?: string) => void stream.end(chunk)) as never;
    next();
  };
  const port = await serve({
    order: "before",
    other: buffering,
    handler: (res) => void res.write(PRIVATE),
    instead: (res) => res.end(PAGE),
  });
  expect((await ask(port)).body === PAGE).toBe(true);
});
