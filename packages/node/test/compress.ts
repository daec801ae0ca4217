import type { Middleware } from "@sojourn/node/express";
import type { ServerResponse } from "node:http";
import { createGzip, type Gzip } from "node:zlib";

/**
 * What the middleware `compression` does to a response, in short: its methods are replaced, bodies go
 * through a stream, and so do those who listen for "drain".
 */
export const compress: Middleware = createCompress((res) => res.headersSent);

/** As it asked before version 1.8. */
export const compress17: Middleware = createCompress((res) => "_header" in res && !!res._header);

function createCompress(hasBegun: (res: ServerResponse) => boolean): Middleware {
  return (_req, res, next) => {
    const { writeHead, write, end, on } = res;
    const waiting: (() => void)[] = [];
    let gzip: Gzip | undefined;
    let ended = false;

    res.writeHead = ((...args: Parameters<typeof writeHead>) => {
      if (gzip === undefined) {
        res.setHeader("Content-Encoding", "gzip").removeHeader("Content-Length");
        gzip = createGzip().setMaxListeners(0);
        for (const listener of waiting) gzip.on("drain", listener);
        gzip.on("data", (chunk: Buffer) => {
          if (!(write as (chunk: Buffer) => boolean).call(res, chunk)) gzip?.pause();
        });
        gzip.on("end", () => (end as () => ServerResponse).call(res));
        on.call(res, "drain", () => gzip?.resume());
      }
      return writeHead.apply(res, args);
    }) as typeof writeHead;

    function start(): Gzip {
      if (!hasBegun(res)) res.writeHead(res.statusCode);
      return gzip as Gzip;
    }

    res.write = ((chunk: string) => !ended && start().write(chunk)) as typeof write;
    res.end = ((chunk?: string) => {
      if (!ended) start().end(chunk);
      ended = true;
      return res;
    }) as typeof end;
    res.on = ((event: string, listener: () => void) => {
      if (event !== "drain") return on.call(res, event, listener);
      if (gzip) gzip.on("drain", listener);
      else waiting.push(listener);
      return res;
    }) as typeof on;
    next();
  };
}
