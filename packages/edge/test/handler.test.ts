import { createSessions, TOKEN_HEADER } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { describe, expect, it } from "vitest";
import { bun, deno, type EdgeClient, type EdgeOptions, type Given, workers } from "../src/index.ts";
import { createContext, listenWithBun, listenWithDeno, runtime } from "./runtime.ts";

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";

type Handler = (request: Request, given: Given<Record<string, unknown>>) => Promise<Response>;

/** Calls a handler as the platform does for a request from the address `peer`; null: it cannot tell. */
type Call = (
  handler: Handler,
  options?: EdgeOptions,
) => (request: Request, peer?: string | null) => Promise<Response>;

function ready(warnings: string[] = []) {
  const onWarning = (message: string) => void warnings.push(message);
  return createSessions({ store: memoryStore(), secret: SECRET, onWarning });
}

const CALLS: Record<string, Call> = {
  workers(handler, options) {
    const worker = workers(ready(), handler, options);
    return async (request, peer = null) => {
      if (peer !== null) request.headers.set("CF-Connecting-IP", peer);
      return worker.fetch(request, {}, await createContext());
    };
  },
  deno(handler, options) {
    const answer = deno(ready(), handler, options);
    return (request, peer = null) => {
      const remoteAddr =
        peer === null ? { transport: "unix", path: "/run" } : { transport: "tcp", hostname: peer };
      return answer(request, { remoteAddr });
    };
  },
  bun(handler, options) {
    const answer = bun(ready(), handler, options);
    return (request, peer = null) =>
      answer(request, { requestIP: () => (peer === null ? null : { address: peer }) });
  },
};

function requestWith(headers: Record<string, string>, url = "http://shop.test/"): Request {
  return new Request(url, { headers });
}

describe.each(Object.keys(CALLS))("%s()", (name) => {
  const call = CALLS[name] as Call;

  async function clientFor(
    request: Request,
    peer: string | null,
    options?: EdgeOptions,
  ): Promise<EdgeClient> {
    const answer = call(async (_request, { client }) => Response.json(client), options);
    return (await answer(request, peer)).json() as Promise<EdgeClient>;
  }

  it("tells who is at the other end, in one spelling", async () => {
    const headers = { Host: "Shop.test", "User-Agent": "curl", "X-Forwarded-For": "198.51.100.2" };
    expect(await clientFor(requestWith(headers), "::ffff:203.0.113.7")).toEqual({
      address: "203.0.113.7",
      host: "shop.test",
      secure: false,
      userAgent: "curl",
    });
  });

  it("tells of an address that is not known", async () => {
    expect((await clientFor(requestWith({}), null)).address).toBe(null);
  });

  it("believes a trusted proxy, and no other", async () => {
    const headers = { "X-Forwarded-For": "198.51.100.2", "X-Forwarded-Proto": "https" };
    const options = { trustProxy: ["10.0.0.0/8"] };
    expect(await clientFor(requestWith(headers), "10.0.0.1", options)).toMatchObject({
      address: "198.51.100.2",
      secure: true,
    });
    expect(await clientFor(requestWith(headers), "203.0.113.7", options)).toMatchObject({
      address: "203.0.113.7",
      secure: false,
    });
  });

  it("shows the handler the same client as the session has", async () => {
    const answer = call(async (_request, { session, client }) =>
      Response.json(session.client === client),
    );
    expect(await (await answer(requestWith({}))).json()).toBe(true);
  });

  it("gives the handler all that can be done without a request", async () => {
    const answer = call(async (_request, { session, sessions }) => {
      await session.login("ada");
      return Response.json((await sessions.list("ada")).sessions.length);
    });
    expect(await (await answer(requestWith({}))).json()).toBe(1);
  });

  it("answers what the handler throws with onError, and with the cookies owed", async () => {
    const onError = (error: unknown, request: Request) =>
      new Response(`${(error as Error).message} at ${request.url}`, { status: 500 });
    const answer = call(
      async (_request, { session }) => {
        await session.login("ada");
        throw new Error("broken");
      },
      { onError },
    );
    const response = await answer(requestWith({}));
    expect(await response.text()).toBe("broken at http://shop.test/");
    expect(response.headers.getSetCookie()).toHaveLength(1);
  });

  it("answers a request without a user that needs one", async () => {
    const answer = call(async (request, { session }) => {
      const { searchParams } = new URL(request.url);
      const redirectTo = searchParams.get("to");
      const user = await session.requireUser(redirectTo === null ? {} : { redirectTo });
      return new Response(user.userId);
    });
    expect((await answer(requestWith({}))).status).toBe(401);
    const redirect = await answer(requestWith({}, "http://shop.test/?to=/login"));
    expect([redirect.status, redirect.headers.get("Location")]).toEqual([303, "/login"]);
  });
});

it("takes a bearer token, and hands new ones out in a header", async () => {
  const bearer = { store: memoryStore(), secret: SECRET, transport: "bearer" } as const;
  const answer = deno(bearer, async (request, { session }) => {
    if (request.method === "POST") await session.login("ada");
    return Response.json((await session.get())?.userId ?? null);
  });
  const info = { remoteAddr: { transport: "tcp", hostname: "203.0.113.7" } };
  const login = await answer(new Request("https://app.test/", { method: "POST" }), info);
  const Authorization = `Bearer ${login.headers.get(TOKEN_HEADER)}`;
  expect(await (await answer(requestWith({ Authorization }), info)).json()).toBe("ada");
});

it("bun() answers undefined where the handler does: the request was upgraded", async () => {
  const server = { requestIP: () => null };
  const answer = bun(ready(), () => undefined);
  expect(await answer(requestWith({}), server)).toBe(undefined);
});

describe("a cookie sent over plain http", () => {
  async function warningsOf(url: string, headers: Record<string, string>, options?: EdgeOptions) {
    const warnings: string[] = [];
    const answer = deno(
      ready(warnings),
      async (_request, { session }) => Response.json(await session.login("ada")),
      options,
    );
    const info = { remoteAddr: { transport: "tcp", hostname: "10.0.0.1" } };
    for (let i = 0; i < 2; i++) {
      const response = await answer(requestWith(headers, url), info);
      expect(response.headers.get("Set-Cookie")).toContain("; Secure");
    }
    return warnings;
  }

  it("is Secure all the same, and one warning names trustProxy", async () => {
    const warnings = await warningsOf("http://shop.test/", { "X-Forwarded-Proto": "https" });
    expect(warnings).toEqual([expect.stringContaining("trustProxy")]);
  });

  it("needs no warning on https, on localhost, and behind a trusted proxy", async () => {
    expect(await warningsOf("https://shop.test/", {})).toEqual([]);
    expect(await warningsOf("http://localhost:8000/", {})).toEqual([]);
    const headers = { "X-Forwarded-Proto": "https" };
    const options = { trustProxy: ["10.0.0.1"] };
    expect(await warningsOf("http://shop.test/", headers, options)).toEqual([]);
  });
});

describe("options", () => {
  const store = memoryStore();

  it("are checked when the server is built", () => {
    const wrong = { store, secret: "short" };
    const handler = async () => new Response();
    expect(() => workers(wrong, handler)).toThrow(/Option secret/);
    expect(() => deno(wrong, handler)).toThrow(/Option secret/);
    expect(() => bun(wrong, handler)).toThrow(/Option secret/);
    expect(() => deno(ready(), handler, { trustProxy: [] })).toThrow(/To trust no proxy/);
  });

  it("may follow from the request: tenants that share a store", async () => {
    const answer = deno(
      (request) => ({ store, secret: SECRET, namespace: new URL(request.url).hostname }),
      async (request, { session }) => {
        if (request.method === "POST") await session.login("ada");
        return Response.json((await session.get())?.userId ?? null);
      },
    );
    const info = { remoteAddr: { transport: "tcp", hostname: "203.0.113.7" } };
    const browser = createClient((request) => answer(request, info), { origin: "https://a.test" });
    await browser.post("/");
    const Cookie = browser.cookieHeader() ?? "";
    const who = async (url: string) => (await answer(requestWith({ Cookie }, url), info)).json();
    expect(await who("https://a.test/")).toBe("ada");
    expect(await who("https://b.test/")).toBe(null);
  });
});

describe.runIf(runtime === "deno")("Deno.serve", () => {
  it("tells the address of the socket", async () => {
    const server = await listenWithDeno(
      deno(ready(), async (_request, { client, info }) =>
        Response.json([client.address, info.remoteAddr.transport]),
      ),
    );
    const response = await server.fetch(requestWith({ "X-Forwarded-For": "198.51.100.2" }));
    expect(await response.json()).toEqual(["127.0.0.1", "tcp"]);
    await server.close();
  });
});

describe.runIf(runtime === "bun")("Bun.serve", () => {
  it("tells the address of the socket", async () => {
    const server = await listenWithBun(
      bun(ready(), async (_request, { client }) => Response.json(client.address)),
    );
    const response = await server.fetch(requestWith({ "X-Forwarded-For": "198.51.100.2" }));
    expect(await response.json()).toBe("127.0.0.1");
    await server.close();
  });

  it("may take a request over as a WebSocket", async () => {
    const sessions = ready();
    const listening = await listenWithBun(
      bun(sessions, async (request, { session, server }) => {
        if (new URL(request.url).pathname === "/login") await session.login("ada");
        await session.requireUser();
        return server.upgrade(request) ? undefined : new Response("no upgrade");
      }),
    );
    const url = `ws://127.0.0.1:${listening.port}/`;
    const login = await listening.fetch(requestWith({}, "https://app.test/login"));
    const Cookie = login.headers.getSetCookie().map((cookie) => cookie.split(";")[0]);
    expect(await greeting(url, {})).toBe("closed");
    expect(await greeting(url, { Cookie: Cookie.join("; ") })).toBe("hello");
    await listening.close();
  });
});

/** What comes first through a WebSocket. Bun's lets headers be set. */
function greeting(url: string, headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(url, { headers } as never);
  return new Promise((resolve) => {
    socket.addEventListener("message", ({ data }) => resolve(String(data)));
    socket.addEventListener("close", () => resolve("closed"));
    socket.addEventListener("error", () => resolve("closed"));
  });
}
