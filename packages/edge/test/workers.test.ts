import { ConfigurationError, type SessionEvent } from "@sojourn/core";
import { memoryStore } from "@sojourn/memory";
import { createClient } from "@sojourn/testing";
import { describe, expect, it } from "vitest";
import { workers } from "../src/index.ts";
import { createContext } from "./runtime.ts";

const SECRET = "q8Jw0cVnT2xZr5LhYb7Kd4sFm9PgAe1uXo3iNvRjWtE=";
const OTHER = "f1c9b27e5a804d36e8b1907c4af2d3568e0b97d1c24fa6358b0d9e7f16a2c354";

interface Env {
  readonly SESSION_SECRET: string;
}

/** Logs in at /login; elsewhere it tells who it is. */
function createWorker(advance = 0) {
  const store = memoryStore();
  const events: SessionEvent[] = [];
  const onEvent = (event: SessionEvent) => void events.push(event);
  let time = Date.now();
  const clock = { now: () => (time += advance), sleep: async () => {} };
  return workers(
    (env: Env) => ({ store, secret: env.SESSION_SECRET, clock, onEvent }),
    async (request, { session, env }) => {
      if (new URL(request.url).pathname === "/login") await session.login("ada");
      const found = await session.get();
      return Response.json({ user: found?.userId ?? null, env: Object.keys(env) });
    },
  );
}

describe("a Worker", () => {
  it("takes its secret from the bindings of the request", async () => {
    const worker = createWorker();
    let env: Env = { SESSION_SECRET: SECRET };
    const browser = createClient(async (request) =>
      worker.fetch(request, env, await createContext()),
    );
    await browser.get("/login");
    const who = async () => (await browser.get("/")).json();
    expect(await who()).toEqual({ user: "ada", env: ["SESSION_SECRET"] });
    env = { SESSION_SECRET: OTHER };
    expect(await who()).toEqual({ user: null, env: ["SESSION_SECRET"] });
  });

  it("rejects where the binding is missing", async () => {
    const request = new Request("https://app.test/");
    const answer = createWorker().fetch(request, {} as Env, await createContext());
    await expect(answer).rejects.toThrow(ConfigurationError);
  });

  it("hands to waitUntil what no response waits for", async () => {
    const worker = createWorker(120_000);
    const env = { SESSION_SECRET: SECRET };
    const ctx = await createContext();
    let handed = 0;
    const counting = {
      waitUntil(promise: Promise<unknown>) {
        handed++;
        ctx.waitUntil(promise);
      },
    };
    const browser = createClient((request) => worker.fetch(request, env, counting));
    await browser.get("/login");
    await browser.get("/");
    expect(handed).toBeGreaterThan(0);
    await ctx.settled();
  });

  it("may have more than fetch", async () => {
    const worker = { ...createWorker(), scheduled: () => {} };
    const env = { SESSION_SECRET: SECRET };
    const answer = worker.fetch(new Request("https://app.test/"), env, await createContext());
    expect((await answer).status).toBe(200);
  });
});
