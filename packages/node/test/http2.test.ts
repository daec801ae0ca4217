import { withSessions } from "@sojourn/node";
import { sessions } from "@sojourn/node/express";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type ClientHttp2Stream, connect, createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { expect, onTestFinished, test, vi } from "vitest";
import { createStop, write } from "./bench.ts";
import { PRIVATE } from "./refusal.ts";
import { createSite } from "./site.ts";

type Listener = (req: IncomingMessage, res: ServerResponse) => void;

/** Serves by Node's compatibility API, and asks once. */
async function ask(listener: Listener): Promise<ClientHttp2Stream> {
  const server = createServer(listener as never).listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => {
    client.close();
    server.close();
  });
  return client.request({ ":path": "/" });
}

test("HTTP/2: an answer in chunks has its cookie", async () => {
  const warnings = vi.spyOn(process, "emitWarning");
  const insecure = vi.spyOn(console, "warn");
  const stream = await ask(
    withSessions(createSite().sessions, async (_req, res, session) => {
      await write(session);
      res.writeHead(201, { "X-Late": "1" });
      res.write("one ");
      res.end("two");
    }),
  );
  const [headers] = await once(stream, "response");
  expect(headers[":status"]).toBe(201);
  expect(headers["x-late"]).toBe("1");
  expect(headers["set-cookie"]).toHaveLength(1);
  expect(await text(stream)).toBe("one two");
  expect(warnings).not.toHaveBeenCalled();
  warnings.mockRestore();
  expect(insecure).not.toHaveBeenCalled();
  insecure.mockRestore();
});

test("HTTP/2: a handler is not heard beside the answer that replaces its own", async () => {
  const ended = createStop();
  const site = createSite();
  site.breakStore();
  const session = sessions(site.sessions);

  async function handle(req: IncomingMessage, res: ServerResponse): Promise<void> {
    await write(session.of(req));
    res.write(PRIVATE);
    await ended.reached;
    res.statusCode = 200;
    res.setHeader("Set-Cookie", "late=1").end(PRIVATE);
    ended.go();
  }

  async function answerError(res: ServerResponse): Promise<void> {
    await ended.wait();
    res.statusCode = 418;
    res.end("sorry");
  }

  const stream = await ask((req, res) => {
    session(req, res, (error) => void (error ? answerError(res) : handle(req, res)));
  });
  const [headers] = await once(stream, "response");
  expect(headers).toMatchObject({ ":status": 418 });
  expect(headers).not.toHaveProperty("set-cookie");
  expect(await text(stream)).toBe("sorry");
});
