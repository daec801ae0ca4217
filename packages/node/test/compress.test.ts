import { sessions, sojournErrors } from "@sojourn/node/express";
import connect, { type ErrorHandleFunction } from "connect";
import { once } from "node:events";
import { describe, expect, test } from "vitest";
import { gunzipSync } from "node:zlib";
import * as compressors from "./compress.ts";
import { listen } from "./server.ts";
import { createSite } from "./site.ts";

describe.each([
  { kind: "compression", order: "before", compress: compressors.compress },
  { kind: "compression", order: "after", compress: compressors.compress },
  { kind: "compression 1.7", order: "before", compress: compressors.compress17 },
  { kind: "compression 1.7", order: "after", compress: compressors.compress17 },
])("$kind mounted $order the sessions", ({ order, compress }) => {
  async function serve(slow: number) {
    const site = createSite();
    const session = sessions(site.sessions);
    const app = connect();
    if (order === "before") app.use(compress);
    app.use(session);
    if (order === "after") app.use(compress);
    app.use(async (req, res) => {
      (await session.of(req).getOrCreate()).data["key"] = "value";
      if (req.url === "/whole") return void res.end("private");
      for (let n = 0; n < 100; n++) {
        if (!res.write("private".repeat(1000))) await once(res, "drain");
      }
      res.end();
    });
    const slowly: ErrorHandleFunction = (error, req, _res, next) => {
      // While what is given up still comes out of the compressor.
      setTimeout(next, req.url === "/whole" ? 10 : 0, error);
    };
    app.use(slowly);
    app.use(sojournErrors);
    site.store.before = () => new Promise((resolve) => setTimeout(resolve, slow));
    const server = await listen(app);
    const get = async (path: string) => {
      const response = await server.fetch(new Request(`http://localhost${path}`));
      const body = Buffer.from(await response.arrayBuffer());
      const zipped = response.headers.get("Content-Encoding") === "gzip";
      const text = (zipped ? gunzipSync(body) : body).toString();
      return { status: response.status, cookies: response.headers.getSetCookie(), text };
    };
    return { ...site, get, [Symbol.asyncDispose]: () => server.close() };
  }

  test.each([
    ["/whole", 7],
    ["/chunks", 700_000],
  ])("%s arrives, and the session is saved", async (path, length) => {
    await using site = await serve(5);
    const { status, cookies, text } = await site.get(path);
    expect({ status, length: text.length }).toEqual({ status: 200, length });
    expect(cookies).toHaveLength(1);
  });

  test.each(["/whole", "/chunks"])("%s, which cannot be saved, is a 503", async (path) => {
    for (const slow of [0, 20]) {
      await using site = await serve(slow);
      const { before } = site.store;
      site.store.before = async (operation) => {
        await before(operation);
        throw new Error("down");
      };
      const { status, text } = await site.get(path);
      expect({ status, text }).toEqual({ status: 503, text: '{"error":"store-unavailable"}' });
    }
  });
});
