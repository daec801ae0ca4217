import { createSessions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { expect, test } from "vitest";
import { bun, deno, workers } from "../src/index.ts";
import { createContext, runtime } from "./runtime.ts";
import { serveOnBun, serveOnDeno, serveOnWorkerd } from "./served-sockets.ts";
import { testSockets } from "./socket-stories.ts";

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";

type Call = (handler: () => Response, request: Request) => Promise<Response>;

const sessions = createSessions({ store: memoryStore(), secret: SECRET });

const CALLS: Record<string, Call> = {
  bun: (handler, request) => bun(sessions, handler)(request, { requestIP: () => null }),
  deno: (handler, request) =>
    deno(sessions, handler)(request, { remoteAddr: { transport: "tcp", hostname: "127.0.0.1" } }),
  workers: async (handler, request) =>
    workers(sessions, handler).fetch(request, {}, await createContext()),
};

test.each(Object.keys(CALLS))(
  "%s(): a handshake from another site is a 403, and no handler runs (ASVS 4.4.2)",
  async (name) => {
    let ran = 0;
    const statusFrom = async (headers: Record<string, string>) => {
      const request = new Request("https://app.test/socket", {
        headers: { Upgrade: "websocket", ...headers },
      });
      const call = CALLS[name] as Call;
      return (await call(() => new Response(`${++ran}`), request)).status;
    };
    // What a program sends that is no browser, and what page and browser do.
    expect(await statusFrom({})).toBe(200);
    expect(await statusFrom({ "Sec-Fetch-Site": "same-origin" })).toBe(200);
    expect(ran).toBe(2);
    expect(await statusFrom({ "Sec-Fetch-Site": "cross-site" })).toBe(403);
    expect(ran).toBe(2);
  },
);

// Each where it is at home. Node is home to none of them.
if (runtime === "deno") testSockets("deno(), by Deno.serve", serveOnDeno);
if (runtime === "bun") testSockets("bun(), by Bun.serve", serveOnBun);
if (runtime === "workerd") testSockets("workers(), with a WebSocketPair", serveOnWorkerd);
