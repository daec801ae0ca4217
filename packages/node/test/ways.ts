import { once } from "node:events";
import type { ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

/** A way to answer with Node's response. `seen` keeps what a program could tell of it. */
export interface Way {
  readonly title: string;
  run(res: ServerResponse, seen: unknown[]): void | Promise<void>;
}

const CHUNK = "0123456789abcdef".repeat(1024);

function* chunks(count = 64): Generator<string> {
  for (let n = 0; n < count; n++) yield CHUNK;
}

/** Calls are noted, so that they can be compared. */
function note(seen: unknown[], name: string): (error?: unknown) => void {
  return (error) => seen.push([name, error ?? null]);
}

function codeOf(run: () => unknown): unknown {
  try {
    run();
    return "no error";
  } catch (error) {
    return (error as { code?: string }).code;
  }
}

function stateOf(res: ServerResponse): unknown {
  return { headersSent: res.headersSent, writableEnded: res.writableEnded };
}

export const ways: readonly Way[] = [
  { title: "end()", run: (res) => void res.end() },
  { title: "end(chunk)", run: (res) => void res.end("text") },
  { title: "end(chunk, encoding)", run: (res) => void res.end("74657874", "hex") },
  { title: "end(callback)", run: (res, seen) => void res.end(note(seen, "end")) },
  { title: "end(chunk, callback)", run: (res, seen) => void res.end("text", note(seen, "end")) },
  {
    title: "end(chunk, encoding, callback)",
    run: (res, seen) => void res.end("dGV4dA==", "base64", note(seen, "end")),
  },
  { title: "end(Uint8Array)", run: (res) => void res.end(new Uint8Array([116, 101])) },
  {
    title: "setHeader, then end",
    run(res) {
      res.statusCode = 418;
      res.statusMessage = "Short And Stout";
      res.setHeader("X-Pot", ["tea", "coffee"]).appendHeader("Set-Cookie", "kind=tea");
      res.end("text");
    },
  },
  {
    title: "writeHead(status)",
    run: (res) => void res.writeHead(404).end("text"),
  },
  {
    title: "writeHead(status, headers)",
    run(res) {
      res.setHeader("X-Early", "kept").setHeader("Set-Cookie", "early=replaced");
      res.writeHead(201, { "X-Late": "1", "Set-Cookie": ["a=1", "b=2"], "Content-Length": 4 });
      res.end("text");
    },
  },
  {
    title: "writeHead(status, message, headers)",
    run: (res) => void res.writeHead(201, "Made", { Location: "/made" }).end(),
  },
  {
    title: "writeHead(status, message)",
    run: (res) => void res.writeHead(201, "Made").end("text"),
  },
  {
    title: "writeHead(status, list)",
    run(res) {
      res.setHeader("X-Early", "kept").setHeader("Set-Cookie", "early=replaced");
      res.writeHead(201, ["X-List", "1", "Set-Cookie", "a=1", "Set-Cookie", "b=2"]);
      res.end("text");
    },
  },
  {
    title: "writeHead(status, list of pairs)",
    run(res) {
      const pairs = [
        ["X-List", "1"],
        ["Set-Cookie", "a=1"],
      ];
      // Node takes pairs only where no header was set before.
      const list = res.getHeaderNames().length === 0 ? pairs : pairs.flat();
      res.writeHead(201, list as never).end("text");
    },
  },
  {
    title: "writeHeader(status, headers)",
    run(res) {
      const old = res as unknown as { writeHeader: typeof res.writeHead };
      old.writeHeader(201, { "X-Late": "1" }).end("text");
    },
  },
  {
    title: "writeHead, then nothing for a while",
    async run(res, seen) {
      res.writeHead(200, { "X-Late": "1" });
      await new Promise((resolve) => setTimeout(resolve, 20));
      seen.push(stateOf(res));
      res.end("text");
    },
  },
  {
    title: "flushHeaders, then end",
    async run(res, seen) {
      res.flushHeaders();
      seen.push(stateOf(res));
      await new Promise((resolve) => setTimeout(resolve, 20));
      res.end("text");
    },
  },
  {
    title: "write in chunks",
    run(res, seen) {
      res.write("one ");
      res.write("74776f20", "hex");
      res.write("three ", note(seen, "write"));
      res.write("Zm91cg==", "base64", note(seen, "write"));
      res.end(note(seen, "end"));
    },
  },
  {
    title: "trailers",
    run(res) {
      res.writeHead(200, { Trailer: "X-Sum" });
      res.write("text");
      res.addTrailers({ "X-Sum": "4" });
      res.end();
    },
  },
  {
    title: "cork and uncork",
    run(res) {
      res.cork();
      res.write("one ");
      res.write("two ");
      res.uncork();
      res.end();
    },
  },
  {
    title: "pipe",
    run: (res) => void Readable.from(chunks()).pipe(res),
  },
  {
    title: "pipeline",
    async run(res, seen) {
      await pipeline(Readable.from(chunks()), res);
      seen.push(stateOf(res));
    },
  },
  {
    title: "pipeline from a generator",
    run: (res) => pipeline(chunks, res),
  },
  {
    title: "a loop that waits for drain",
    async run(res) {
      for (const chunk of chunks()) if (!res.write(chunk)) await once(res, "drain");
      res.end();
    },
  },
  {
    title: "a loop that does not wait",
    run(res) {
      for (const chunk of chunks(8)) res.write(chunk);
      res.end();
    },
  },
  {
    title: "Early Hints before",
    run(res) {
      res.writeEarlyHints({ link: "</style.css>; rel=preload" });
      res.end("text");
    },
  },
  { title: "204", run: (res) => void res.writeHead(204).end() },
  { title: "304", run: (res) => void res.writeHead(304, { ETag: '"1"' }).end() },
  {
    title: "changes of mind after the end",
    run(res, seen) {
      res.statusMessage = "Fine";
      res.setHeader("X-Early", "1").end("text");
      seen.push(stateOf(res));
      res.statusCode = 500;
      res.statusMessage = "Not Fine";
      seen.push(codeOf(() => res.setHeader("X-Late", "1")));
      seen.push(codeOf(() => res.appendHeader("X-Early", "2")));
      seen.push(codeOf(() => res.removeHeader("X-Powered-By")));
      seen.push(codeOf(() => res.writeHead(500)));
      res.end(note(seen, "second end"));
    },
  },
  {
    title: "a write after the end",
    run(res, seen) {
      res.on("error", note(seen, "error"));
      res.end("text");
      res.write("more", note(seen, "write"));
    },
  },
];
