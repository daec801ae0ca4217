import type { AddressInfo } from "node:net";
import { serve } from "@hono/node-server";
import type { Client } from "@sojourn/core";
import type { TrustProxy } from "@sojourn/net";
import { Hono } from "hono";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sessions, type SessionsMiddlewareOptions } from "../src/index.ts";
import { SECRET, watchedStore } from "./store.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

function appOf(options: SessionsMiddlewareOptions, warnings: string[] = []) {
  const onWarning = (message: string) => void warnings.push(message);
  return new Hono()
    .use(sessions({ store: watchedStore(), secret: SECRET, onWarning }, options))
    .get("/", (c) => c.json(c.var.session.client))
    .post("/login", async (c) => c.json(await c.var.session.login("ada")));
}

async function addressFrom(
  env: object | undefined,
  headers: Record<string, string> = {},
  trustProxy: TrustProxy = false,
): Promise<string | null> {
  const response = await appOf({ trustProxy }).request("/", { headers }, env);
  return ((await response.json()) as Client).address;
}

const FORGED = { "CF-Connecting-IP": "198.51.100.1", "X-Forwarded-For": "198.51.100.2" };

describe("the address of the client", () => {
  it("is not known without a server, and no header is believed", async () => {
    expect(await addressFrom(undefined, FORGED)).toBe(null);
    expect(await addressFrom({}, FORGED)).toBe(null);
  });

  it.each([
    ["@hono/node-server", { incoming: { socket: { remoteAddress: "::ffff:203.0.113.7" } } }],
    ["Deno.serve", { remoteAddr: { transport: "tcp", hostname: "203.0.113.7", port: 1 } }],
    ["Bun.serve", { requestIP: () => ({ address: "203.0.113.7", family: "IPv4", port: 1 }) }],
    ["Bun.serve, as { server }", { server: { requestIP: () => ({ address: "203.0.113.7" }) } }],
  ])("comes from %s", async (_name, env) => {
    expect(await addressFrom(env, FORGED)).toBe("203.0.113.7");
  });

  it.each([
    ["a Unix socket of Node", { incoming: { socket: {} } }],
    ["a Unix socket of Deno", { remoteAddr: { transport: "unix", path: "/run/app.sock" } }],
    ["a connection of Bun that is gone", { requestIP: () => null }],
  ])("is not known on %s", async (_name, env) => {
    expect(await addressFrom(env, FORGED)).toBe(null);
  });

  it("comes from CF-Connecting-IP on Workers, and only there", async () => {
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    expect(await addressFrom({}, FORGED)).toBe("198.51.100.1");
    expect(await addressFrom({}, {})).toBe(null);
  });

  it("on Workers is what a listed proxy in front of Cloudflare reports", async () => {
    vi.stubGlobal("navigator", { userAgent: "Cloudflare-Workers" });
    const headers = { "CF-Connecting-IP": "192.0.2.1", "X-Forwarded-For": "198.51.100.2" };
    expect(await addressFrom({}, headers, ["192.0.2.0/24"])).toBe("198.51.100.2");
    const appended = { ...headers, "X-Forwarded-For": "198.51.100.2, 192.0.2.1" };
    expect(await addressFrom({}, appended, ["192.0.2.0/24"])).toBe("198.51.100.2");
  });

  it("is what a trusted proxy reports, and no other", async () => {
    const env = { incoming: { socket: { remoteAddress: "10.0.0.1" } } };
    expect(await addressFrom(env, FORGED, ["10.0.0.0/8"])).toBe("198.51.100.2");
    expect(await addressFrom(env, FORGED, ["10.1.0.0/16"])).toBe("10.0.0.1");
  });

  it("comes from the option peer where there is one", async () => {
    const app = appOf({ peer: (c) => c.req.header("Fly-Client-IP") ?? null });
    const headers = { "Fly-Client-IP": "2001:DB8::1", "User-Agent": "curl" };
    const response = await app.request("/", { headers });
    expect(await response.json()).toEqual({ address: "2001:db8::1", userAgent: "curl" });
  });

  it("comes with a request over HTTP", async () => {
    const server = serve({ fetch: appOf({}).fetch, port: 0, hostname: "127.0.0.1" });
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const client = (await (await fetch(`http://127.0.0.1:${port}/`)).json()) as Client;
    expect(client.address).toBe("127.0.0.1");
    server.close();
  });
});

describe("a cookie sent over plain http", () => {
  const proxied = { incoming: { socket: { remoteAddress: "10.0.0.1" } } };

  async function warningsOf(
    url: string,
    headers: Record<string, string> = {},
    options: SessionsMiddlewareOptions = {},
  ): Promise<string[]> {
    const warnings: string[] = [];
    const app = appOf(options, warnings);
    for (let i = 0; i < 2; i++) {
      const response = await app.request(url, { method: "POST", headers }, proxied);
      expect(response.headers.get("Set-Cookie")).toContain("; Secure");
    }
    return warnings;
  }

  it("is Secure all the same, and one warning names trustProxy", async () => {
    const warnings = await warningsOf("http://shop.test/login", { "X-Forwarded-Proto": "https" });
    expect(warnings).toEqual([expect.stringContaining("trustProxy")]);
  });

  it("needs no warning on https, on localhost, and behind a trusted proxy", async () => {
    expect(await warningsOf("https://shop.test/login")).toEqual([]);
    expect(await warningsOf("http://localhost:3000/login")).toEqual([]);
    const headers = { "X-Forwarded-Proto": "https" };
    const options = { trustProxy: ["10.0.0.1"] };
    expect(await warningsOf("http://shop.test/login", headers, options)).toEqual([]);
  });
});
