import type { SessionHandler } from "@sojourn/node";
import type { StoryData } from "@sojourn/testing/suites";
import { request, type ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { createStop, get, useBench, write } from "./bench.ts";

const bench = useBench();

type Handler = SessionHandler<StoryData>;

test("a client that leaves while saving fails leaves no stray error", async () => {
  const stop = createStop();
  bench.store.before = async () => {
    await stop.wait();
    throw new Error("down");
  };
  const closed = Promise.withResolvers<void>();
  const port = await bench.serve(async (_req, res, session) => {
    res.on("close", () => closed.resolve());
    await write(session);
    res.end("text");
  });
  const outgoing = request({ port })
    .on("error", () => {})
    .end();
  await stop.reached;
  outgoing.destroy();
  await closed.promise;
  stop.go();
  await wait(20);
});

const refusals: { title: string; answer: Handler }[] = [
  {
    title: "end",
    answer: (_req, res) => void res.writeHead(200, "Fine", { Location: "/" }).end("private"),
  },
  {
    title: "chunks",
    async answer(_req, res) {
      res.setHeader("Content-Length", 14).setHeader("ETag", '"1"');
      res.write("private");
      await wait(30);
      res.write("private");
      res.end();
    },
  },
  {
    title: "a pipeline",
    answer: (_req, res) => pipeline(Readable.from(["private", "private"]), res).catch(() => {}),
  },
  {
    title: "a source that never ends",
    answer(_req, res) {
      let closed = false;
      res.on("close", () => (closed = true));
      // Amid the answer that takes its place.
      res.once("prefinish", () => res.write("private"));
      (function more() {
        res.write("private");
        if (!closed) setImmediate(more);
      })();
    },
  },
];

test.each(refusals)("when saving fails, what was sent by $title is not", async ({ answer }) => {
  bench.breakStore();
  const port = await bench.serve(async (req, res, session) => {
    res.setHeader("Access-Control-Allow-Origin", "*").setHeader("Set-Cookie", "app=1");
    await write(session);
    await answer(req, res, session);
  });
  const { status, message, headers, body } = await get(port);
  expect({ status, message }).toEqual({ status: 503, message: "Service Unavailable" });
  expect(JSON.parse(body)).toEqual({ error: "store-unavailable" });
  expect(headers).toMatchObject({
    "access-control-allow-origin": "*",
    "cache-control": "private, no-store",
    "content-type": "application/json",
    "set-cookie": ["app=1"],
    vary: "Cookie",
  });
  for (const name of ["etag", "location"]) expect(headers).not.toHaveProperty(name);
  await wait(40);
});

test("when saving fails, callbacks and pipelines hear of it", async () => {
  bench.breakStore();
  const heard: unknown[] = [];
  const source = new Readable({ read: () => {} });
  const port = await bench.serve(async (_req, res, session) => {
    await write(session);
    if (_req.url === "/pipeline") {
      source.push("private");
      await pipeline(source, res).catch((error) => heard.push(error.code));
    } else {
      res.write("private", (error) => heard.push(error?.name));
      res.end((error?: Error) => heard.push(error?.name));
    }
  });
  await get(port);
  expect(heard.splice(0)).toEqual(["StoreUnavailableError", "StoreUnavailableError"]);
  await get(port, { path: "/pipeline" });
  await vi.waitFor(() => expect(heard).toEqual(["ERR_STREAM_PREMATURE_CLOSE"]));
  expect(source.destroyed).toBe(true);
});

test("when saving fails in the middle of an answer, its handler is not heard again", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  bench.breakStore();
  const port = await bench.serve(async (req, res, session) => {
    await write(session);
    if (req.url === "/whole") res.end("text");
    else await pipeline(new Readable({ read() {} }).wrap(Readable.from(["half"])), res);
  });
  const half = await get(port);
  expect(half.status).toBe(503);
  // Frameworks break the connection where a handler fails after its headers have left.
  expect(half.headers.connection).toBe("close");
  expect((await get(port, { path: "/whole" })).headers.connection).toBe("keep-alive");
  expect(errors).not.toHaveBeenCalled();
  errors.mockRestore();
});

test("a cookie owed for a login leaves with the error that follows it", async () => {
  const port = await bench.serve(async (_req, res, session) => {
    const user = await session.login("ada");
    user.data["key"] = "value";
    bench.breakStore();
    res.end("text");
  });
  const { status, headers } = await get(port);
  expect(status).toBe(503);
  expect(headers["set-cookie"]).toHaveLength(1);
});

test.each([
  ["an impossible status", (res: ServerResponse) => res.writeHead(99).end()],
  ["a chunk that is none", (res: ServerResponse) => res.end(1 as never)],
] as const)("%s is a 500, even if Node could only say so later", async (_title, answer) => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const port = await bench.serve(async (_req, res, session) => {
    await write(session);
    answer(res);
  });
  const { status, headers } = await get(port);
  expect(status).toBe(500);
  expect(headers["set-cookie"]).toHaveLength(1);
  expect(headers.vary).toBe("Cookie");
  expect(errors).toHaveBeenCalledOnce();
  errors.mockRestore();
});

test("a handler that throws in the middle of its answer breaks the connection", async () => {
  const errors = vi.spyOn(console, "error").mockImplementation(() => {});
  const port = await bench.serve(async (req, res, session) => {
    await write(session);
    if (req.url === "/whole") res.end("text");
    else res.write("half");
    throw new Error("boom");
  });
  await expect(get(port)).rejects.toThrow(/socket hang up|aborted/);
  expect((await get(port, { path: "/whole" })).body).toBe("text");
  expect(errors).toHaveBeenCalledTimes(2);
  errors.mockRestore();
});

test("what Node refuses after the headers have left breaks the connection", async () => {
  const port = await bench.serve(async (_req, res, session) => {
    await write(session);
    res.end("text", "utf-7" as never);
  });
  await expect(get(port)).rejects.toThrow(/socket hang up/);
});
