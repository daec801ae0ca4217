import { type Middleware, sessions, sojournErrors } from "@sojourn/node/express";
import connect, { type ErrorHandleFunction } from "connect";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test } from "vitest";
import { write } from "./bench.ts";
import { listen } from "./server.ts";
import { createSite } from "./site.ts";

/** Posts in two halves: the second when the first has been answered by an error that waits for it. */
async function post(instead?: ErrorHandleFunction) {
  const site = createSite();
  site.breakStore();
  const session = sessions(site.sessions);
  const refused = Promise.withResolvers<void>();
  const tellRefused: ErrorHandleFunction = (error, _req, _res, next) => {
    next(error);
    refused.resolve();
  };
  const handler: Middleware = async (req, res) => {
    await write(session.of(req));
    res.end("private");
  };
  const app = connect();
  app.use(session);
  app.use(handler);
  app.use(tellRefused);
  if (instead) app.use(instead);
  const server = await listen(app);
  onTestFinished(() => server.close());
  const outgoing = request({ port: server.port, method: "POST" });
  outgoing.write("half ");
  await refused.promise;
  outgoing.end("whole");
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  return { status: incoming.statusCode, body: await text(incoming) };
}

test("Connect's own answer arrives when the request has been read", async () => {
  const { status, body } = await post();
  expect(status).toBe(503);
  expect(body).toContain("The session store is unavailable");
});

test("an error handler may listen to the request, once, and not any more", async () => {
  const heard: string[] = [];
  const answer = await post((_error, req, res, _next) => {
    const [on, oncer] = [() => heard.push("on"), () => heard.push("once")];
    req.on("end", on).off("end", on);
    req.once("end", oncer).off("end", oncer);
    req.on("data", (chunk) => heard.push(String(chunk)));
    req.once("data", () => heard.push("first"));
    req.on("end", () => {
      heard.push(`${req.listenerCount("data")} left`);
      res.end("read");
    });
  });
  expect(answer).toEqual({ status: 503, body: "read" });
  expect(heard).toEqual(["half ", "first", "whole", "1 left"]);
});

test("sojournErrors does not wait for the request", async () => {
  expect(await post(sojournErrors)).toEqual({
    status: 503,
    body: '{"error":"store-unavailable"}',
  });
});
