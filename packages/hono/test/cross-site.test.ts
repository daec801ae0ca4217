import { createSessions, type SessionsOptions } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { Hono } from "hono";
import { describe, expect, it } from "vitest";
import { sessions } from "../src/index.ts";
import { SECRET } from "./store.ts";

const CROSS_SITE = { "Sec-Fetch-Site": "cross-site" };

interface App {
  request(path: string, init: RequestInit): Response | Promise<Response>;
}

function ready(csrf: SessionsOptions["csrf"] = {}) {
  return sessions(createSessions({ store: memoryStore(), secret: SECRET, csrf }));
}

async function post(app: App, path: string, headers: Record<string, string> = CROSS_SITE) {
  return (await app.request(`https://app.test${path}`, { method: "POST", headers })).status;
}

describe("the path that is exempt", () => {
  const csrf = { exempt: ["/hooks/*", "/m%C3%BCnze"] };

  it("is the whole one, in a sub-app and under basePath as well", async () => {
    const inner = new Hono().use(ready(csrf)).post("/*", (c) => c.text("ran"));
    const app = new Hono().route("/hooks", inner).route("/in", inner);
    expect(await post(app, "/hooks/pay")).toBe(200);
    expect(await post(app, "/in/hooks/pay")).toBe(403);
    const based = new Hono()
      .basePath("/hooks")
      .use(ready(csrf))
      .post("/*", (c) => c.text("ran"));
    expect(await post(based, "/hooks/pay")).toBe(200);
  });

  it("is as it came: neither decoded nor what getPath makes of it", async () => {
    const getPath = () => "/hooks/pay";
    const app = new Hono({ getPath }).use(ready(csrf)).post("*", (c) => c.text("ran"));
    expect(await post(app, "/transfer")).toBe(403);
    expect(await post(app, "/m%C3%BCnze")).toBe(200);
    for (const path of ["/hooks/..%2ftransfer", "/%68ooks/pay", "/transfer?/hooks/pay", "/"]) {
      expect(await post(app, path)).toBe(403);
    }
    expect(await post(app, "/hooks/pay?to=/transfer#x")).toBe(200);
  });
});

it("refuses a socket's handshake from another site (ASVS 4.4.2)", async () => {
  const app = new Hono().use(ready()).get("/socket", (c) => c.text("ran"));
  const open = async (origin: string) => {
    const headers = { Upgrade: "websocket", Origin: origin };
    return (await app.request("https://app.test/socket", { headers })).status;
  };
  expect(await open("https://evil.test")).toBe(403);
  expect(await open("https://app.test")).toBe(200);
});

it("gives the refusal to app.onError, which may answer with a page", async () => {
  const app = new Hono().use(ready()).post("/", (c) => c.text("ran"));
  app.onError((error, c) => c.text(`No: ${"code" in error ? error.code : ""}`, 403));
  const response = await app.request("/", { method: "POST", headers: CROSS_SITE });
  expect([response.status, await response.text()]).toEqual([403, "No: cross-site"]);
  expect(response.headers.get("Cache-Control")).toBe("no-store");
  expect(response.headers.get("Vary")).toContain("Sec-Fetch-Site, Origin");
});
