import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import { HeadersSentError } from "@sojourn/core";
import { createClient } from "@sojourn/testing";
import { type Context, Hono } from "hono";
import { stream, streamSSE } from "hono/streaming";
import { describe, expect, it } from "vitest";
import { sessions } from "../src/index.ts";
import { SECRET, watchedStore } from "./store.ts";

/** One of Hono's ways to stream: sends "begun" at once, then what `later` gives. */
type Way = (c: Context, later: () => Promise<string>) => Response;

const WAYS: Record<string, Way> = {
  "c.body(stream)": (c, later) => {
    const chunks = (async function* () {
      yield new TextEncoder().encode("begun;");
      yield new TextEncoder().encode(await later());
    })();
    return c.body(
      new ReadableStream({
        async pull(controller) {
          const { done, value } = await chunks.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
      }),
    );
  },
  "stream()": (c, later) =>
    stream(c, async (out) => {
      await out.write("begun;");
      await out.write(await later());
    }),
  "streamSSE()": (c, later) =>
    streamSSE(c, async (out) => {
      await out.writeSSE({ data: "begun;" });
      await out.writeSSE({ data: await later() });
    }),
};

describe.each(Object.keys(WAYS))("%s", (name) => {
  const respond = WAYS[name] as Way;

  function setUp() {
    const store = watchedStore();
    const gate = Promise.withResolvers<void>();
    const app = new Hono().use(sessions({ store, secret: SECRET }));
    const visible = app
      .post("/login", async (c) => {
        const session = await c.var.session.login("ada");
        session.data["before"] = true;
        return respond(c, async () => {
          await gate.promise;
          return "done";
        });
      })
      .get("/data", async (c) => c.json((await c.var.session.get())?.data ?? null))
      .get("/late/:use", async (c) => {
        const { session } = c.var;
        const use = c.req.param("use");
        if (use !== "first") await session.getOrCreate();
        return respond(c, async () => {
          await gate.promise;
          try {
            const late = await session.getOrCreate();
            if (use === "write") late.data["late"] = true;
            return `read ${typeof late.handle}`;
          } catch (error) {
            return error instanceof HeadersSentError ? "too late" : String(error);
          }
        });
      });
    return { app: visible, store, gate };
  }

  it("sends what the session owes with the headers, before the body is done", async () => {
    const { app, gate } = setUp();
    const browser = createClient((request) => app.fetch(request));
    const response = await browser.post("/login");
    expect(response.headers.get("Cache-Control")).toBe("no-store");
    // Saved already, although the body has not been sent.
    expect(await (await browser.get("/data")).json()).toEqual({ before: true });
    gate.resolve();
    expect(await response.text()).toMatch(/begun;[^]*done/);
  });

  it("does so over HTTP", async () => {
    const { app, gate } = setUp();
    const server = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
    const browser = createClient((request) => fetch(request), { origin });
    const response = await browser.post("/login");
    expect(await (await browser.get("/data")).json()).toEqual({ before: true });
    gate.resolve();
    expect(await response.text()).toMatch(/begun;[^]*done/);
    server.close();
  });

  it("may go on reading what was read before", async () => {
    const { app, gate } = setUp();
    const response = await app.request("/late/read");
    gate.resolve();
    expect(await response.text()).toContain("read string");
  });

  it("meets a HeadersSentError at the first read after the headers", async () => {
    const { app, gate, store } = setUp();
    const response = await app.request("/late/first");
    gate.resolve();
    expect(await response.text()).toContain("too late");
    expect(store.calls).toEqual([]);
  });

  it("meets a HeadersSentError at a write after the headers", async () => {
    const { app, gate, store } = setUp();
    const response = await app.request("/late/write");
    gate.resolve();
    expect(await response.text()).toContain("too late");
    expect(store.calls).toEqual([]);
  });
});
