import { signedInCookie } from "@sojourn/testing";
import { once } from "node:events";
import { type IncomingMessage, request, ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { expect, test, vi } from "vitest";
import { createStop, get, useBench, write } from "./bench.ts";

const bench = useBench();

test("a request that asks for no session goes straight through", async () => {
  const seen: unknown[] = [];
  const port = await bench.serve((_req, res) => {
    res.writeHead(200);
    seen.push(Object.hasOwn(res, "headersSent"), res.headersSent);
    seen.push(res.write("text"));
    res.end();
    seen.push(res.socket?.bytesWritten !== 0);
  });
  const { headers } = await get(port);
  expect(seen).toEqual([false, true, true, true]);
  expect(Object.keys(headers)).not.toContain("vary");
  expect(bench.store.calls).toEqual([]);
});

test("nothing leaves while the session is being saved", async () => {
  const stop = createStop();
  bench.store.before = () => stop.wait();
  let socket: Socket | null = null;
  const port = await bench.serve(async (_req, res, session) => {
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

test("whoever goes past a held answer is refused", async () => {
  const codes: unknown[] = [];
  const port = await bench.serve(async (_req, res, session) => {
    await write(session);
    res.write("text");
    for (const name of ["writeHead", "write", "end", "flushHeaders"] as const) {
      try {
        (ServerResponse.prototype[name] as (chunk: unknown) => void).call(
          res,
          name === "writeHead" ? 200 : "past",
        );
      } catch (error) {
        codes.push((error as { code: string }).code);
      }
    }
    res.end();
  });
  const { status, headers, body } = await get(port);
  expect({ status, body }).toEqual({ status: 200, body: "text" });
  expect(headers["set-cookie"]).toHaveLength(1);
  expect(codes).toEqual(Array(4).fill("ERR_HTTP_HEADERS_SENT"));
});

test("a client that leaves while the session is being saved takes nothing with it", async () => {
  const stop = createStop();
  bench.store.before = () => stop.wait();
  const callbacks: unknown[] = [];
  const closed = Promise.withResolvers<void>();
  const port = await bench.serve(async (_req, res, session) => {
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
  expect(bench.store.calls).toEqual(["create"]);
  bench.store.before = () => {};
  expect((await get(port)).status).toBe(200);
});

test("a handler whose client left before it answered still saves", async () => {
  const asked = Promise.withResolvers<void>();
  const port = await bench.serve(async (_req, res, session) => {
    await write(session);
    const left = once(res, "close");
    asked.resolve();
    await left;
    res.end("text");
  });
  const outgoing = request({ port })
    .on("error", () => {})
    .end();
  await asked.promise;
  outgoing.destroy();
  await vi.waitFor(() => expect(bench.store.calls).toEqual(["create"]), { timeout: 10_000 });
});

test("HEAD gets the headers and no body", async () => {
  const port = await bench.serve(async (_req, res, session) => {
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
  const port = await bench.serve(async (req, res, session) => {
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
  bench.store.before = () => wait(delays.shift());
  const port = await bench.serve(async (req, res, session) => {
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
  const port = await bench.serve(() => {});
  bench.server.on("upgrade", (_req, socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
  });
  const headers = { Connection: "Upgrade", Upgrade: "echo" };
  const [incoming] = await once(request({ port, headers }).end(), "upgrade");
  expect((incoming as IncomingMessage).statusCode).toBe(101);
});

test("a session that is asked for after the headers have left says so", async () => {
  const codes: unknown[] = [];
  const port = await bench.serve(async (_req, res, session) => {
    res.write("text");
    await session.get().catch((error) => codes.push(error.code));
    await session.login("ada").catch((error) => codes.push(error.code));
    res.end();
  });
  expect((await get(port)).body).toBe("text");
  expect(codes).toEqual(["headers-sent", "headers-sent"]);
  expect(bench.store.calls).toEqual([]);
});

test("a session that was read may be looked at while streaming, not changed", async () => {
  const seen: unknown[] = [];
  const cookie = await signedInCookie(bench.sessions, "ada");
  const port = await bench.serve(async (_req, res, session) => {
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
