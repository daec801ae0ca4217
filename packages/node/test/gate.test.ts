import { createSessions, type RequestSession } from "@sojourn/core";
import { withSessions } from "@sojourn/node";
import { signedInCookie, type StoryData } from "@sojourn/testing";
import { once } from "node:events";
import { type IncomingMessage, request, type RequestOptions, type ServerResponse } from "node:http";
import { createServer as createHttp2Server, connect as connectHttp2 } from "node:http2";
import { connect, type Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { secret } from "./secret.ts";
import { listen, type Running } from "./server.ts";
import { testStore } from "./store.ts";

type Handler = (
  req: IncomingMessage,
  res: ServerResponse,
  session: RequestSession<StoryData>,
) => void | Promise<void>;

let store = testStore();
let sessions = createSessions({ store, secret });
const running: Running[] = [];
const strays: unknown[] = [];
const noteStray = (error: unknown) => void strays.push(error);

beforeEach(() => {
  store = testStore();
  sessions = createSessions({ store, secret });
  process.on("uncaughtException", noteStray).on("unhandledRejection", noteStray);
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  process.off("uncaughtException", noteStray).off("unhandledRejection", noteStray);
  expect(strays.splice(0)).toEqual([]);
});

async function serve(handler: Handler): Promise<number> {
  const server = await listen(withSessions(sessions, handler));
  running.push(server);
  return server.port;
}

async function get(port: number, options: RequestOptions = {}) {
  const outgoing = request({ port, ...options }).end();
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  const { statusCode: status, headers } = incoming;
  return { status, headers, body: await text(incoming) };
}

async function write(session: RequestSession<StoryData>): Promise<void> {
  (await session.getOrCreate()).data["key"] = "value";
}

/** A place to stop at until told to go on. */
function createStop() {
  let go = () => {};
  const reached = Promise.withResolvers<void>();
  const passed = new Promise<void>((resolve) => (go = resolve));
  return {
    reached: reached.promise,
    go,
    wait() {
      reached.resolve();
      return passed;
    },
  };
}

test("a request that asks for no session goes straight through", async () => {
  const seen: unknown[] = [];
  const port = await serve((_req, res) => {
    res.writeHead(200);
    seen.push(Object.hasOwn(res, "headersSent"), res.headersSent);
    seen.push(res.write("text"));
    res.end();
    seen.push(res.socket?.bytesWritten !== 0);
  });
  const { headers } = await get(port);
  expect(seen).toEqual([false, true, true, true]);
  expect(Object.keys(headers)).not.toContain("vary");
  expect(store.calls).toEqual([]);
});

test("nothing leaves while the session is being saved", async () => {
  const stop = createStop();
  store.before = () => stop.wait();
  let socket: Socket | null = null;
  const port = await serve(async (_req, res, session) => {
    ({ socket } = res);
    await write(session);
    res.writeHead(302, { Location: "/" });
    expect(res.write("text")).toBe(false);
    expect(res.writableNeedDrain).toBe(true);
    res.end();
  });
  const answer = get(port);
  await stop.reached;
  await wait(20);
  expect(socket!.bytesWritten).toBe(0);
  stop.go();
  const { status, headers } = await answer;
  expect(status).toBe(302);
  expect(headers["set-cookie"]).toHaveLength(1);
  expect(headers["cache-control"]).toBe("no-store");
});

test("a client that leaves while the session is being saved takes nothing with it", async () => {
  const stop = createStop();
  store.before = () => stop.wait();
  const callbacks: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const port = await serve(async (_req, res, session) => {
    res.on("close", () => closed.resolve());
    await write(session);
    res.write("text", (error) => callbacks.push(error?.name));
    res.end();
  });
  const outgoing = request({ port })
    .on("error", () => {})
    .end();
  await stop.reached;
  outgoing.destroy();
  await closed.promise;
  stop.go();
  await vi.waitFor(() => expect(callbacks).toEqual(["Error"]));
  expect(store.calls).toEqual(["create"]);
  store.before = () => {};
  expect((await get(port)).status).toBe(200);
});

test("a client that leaves while saving fails leaves no stray error", async () => {
  const stop = createStop();
  store.before = async () => {
    await stop.wait();
    throw new Error("down");
  };
  const closed = Promise.withResolvers<void>();
  const port = await serve(async (_req, res, session) => {
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

test("a handler whose client left before it answered still saves", async () => {
  const left = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  const port = await serve(async (_req, res, session) => {
    await write(session);
    await left.promise;
    res.end("text", () => done.resolve());
  });
  const outgoing = request({ port })
    .on("error", () => {})
    .end();
  await wait(20);
  outgoing.destroy();
  await wait(20);
  left.resolve();
  await vi.waitFor(() => expect(store.calls).toEqual(["create"]));
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
    answer: (_req, res) => void setInterval(() => res.write("private"), 5).unref(),
  },
];

test.each(refusals)("when saving fails, what was sent by $title is not", async ({ answer }) => {
  store.before = () => {
    throw new Error("down");
  };
  const port = await serve(async (req, res, session) => {
    res.setHeader("Access-Control-Allow-Origin", "*").setHeader("Set-Cookie", "app=1");
    await write(session);
    await answer(req, res, session);
  });
  const { status, headers, body } = await get(port);
  expect(status).toBe(503);
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
  store.before = () => {
    throw new Error("down");
  };
  const heard: unknown[] = [];
  const source = new Readable({ read: () => {} });
  const port = await serve(async (_req, res, session) => {
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

test("a cookie owed for a login leaves with the error that follows it", async () => {
  const port = await serve(async (_req, res, session) => {
    const user = await session.login("ada");
    user.data["key"] = "value";
    store.before = () => {
      throw new Error("down");
    };
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
  const port = await serve(async (_req, res, session) => {
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
  const port = await serve(async (_req, res, session) => {
    await write(session);
    res.write("half");
    throw new Error("boom");
  });
  await expect(get(port)).rejects.toThrow(/socket hang up|aborted/);
  expect(errors).toHaveBeenCalledOnce();
  errors.mockRestore();
});

test("HEAD gets the headers and no body", async () => {
  const port = await serve(async (_req, res, session) => {
    await write(session);
    res.setHeader("Content-Length", 4);
    res.end("text");
  });
  const { status, headers, body } = await get(port, { method: "HEAD" });
  expect({ status, body }).toEqual({ status: 200, body: "" });
  expect(headers["content-length"]).toBe("4");
  expect(headers["set-cookie"]).toHaveLength(1);
});

test("Expect: 100-continue goes on as ever", async () => {
  const port = await serve(async (req, res, session) => {
    await write(session);
    res.end(await text(req));
  });
  const outgoing = request({ port, method: "POST", headers: { Expect: "100-continue" } });
  outgoing.flushHeaders();
  await once(outgoing, "continue");
  outgoing.end("body");
  const [incoming] = (await once(outgoing, "response")) as [IncomingMessage];
  expect(await text(incoming)).toBe("body");
});

test("pipelined requests are answered in order, however long each is saved", async () => {
  const delays = [30, 0, 10];
  store.before = () => wait(delays.shift());
  const port = await serve(async (req, res, session) => {
    await write(session);
    for (let n = 0; n < 3; n++) res.write(`${req.url}\n`);
    res.end();
  });
  const socket = connect(port);
  const lines = ["/1", "/2", "/3"].map((path) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n`);
  socket.write(`${lines.join("\r\n")}Connection: close\r\n\r\n`);
  const answers = await text(socket);
  expect(answers.match(/^\/\d$/gm)).toEqual(["/1", "/1", "/1", "/2", "/2", "/2", "/3", "/3", "/3"]);
  expect(answers.match(/^Set-Cookie: /gm)).toHaveLength(3);
});

test("an upgrade is none of its business", async () => {
  const port = await serve(() => {});
  running[0]!.server.on("upgrade", (_req, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
  });
  const headers = { Connection: "Upgrade", Upgrade: "echo" };
  const [incoming] = await once(request({ port, headers }).end(), "upgrade");
  expect((incoming as IncomingMessage).statusCode).toBe(101);
});

test("HTTP/2 by Node's compatibility API", async () => {
  const warnings = vi.spyOn(process, "emitWarning");
  const listener = withSessions(sessions, async (_req, res, session) => {
    await write(session);
    res.writeHead(201, { "X-Late": "1" });
    res.write("one ");
    res.end("two");
  });
  const server = createHttp2Server(listener as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  const client = connectHttp2(`http://127.0.0.1:${port}`);
  const stream = client.request({ ":path": "/" });
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(201);
  expect(headers["x-late"]).toBe("1");
  expect(headers["set-cookie"]).toHaveLength(1);
  expect(await text(stream)).toBe("one two");
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
  client.close();
  server.close();
});

test("a session that is asked for after the headers have left says so", async () => {
  const codes: unknown[] = [];
  const port = await serve(async (_req, res, session) => {
    res.write("text");
    await session.get().catch((error) => codes.push(error.code));
    await session.login("ada").catch((error) => codes.push(error.code));
    res.end();
  });
  expect((await get(port)).body).toBe("text");
  expect(codes).toEqual(["headers-sent", "headers-sent"]);
  expect(store.calls).toEqual([]);
});

test("a session that was read may be looked at while streaming, not changed", async () => {
  const seen: unknown[] = [];
  const cookie = await signedInCookie(sessions, "ada");
  const port = await serve(async (_req, res, session) => {
    await session.requireUser();
    res.write("text");
    await wait(5);
    const user = await session.requireUser();
    seen.push(user.userId);
    await session.login("eve").catch((error) => seen.push(error.code));
    res.end();
  });
  expect((await get(port, { headers: { cookie } })).status).toBe(200);
  expect(seen).toEqual(["ada", "headers-sent"]);
});
